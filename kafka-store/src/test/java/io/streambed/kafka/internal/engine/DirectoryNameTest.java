package io.streambed.kafka.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any name of a store becomes one safe element of a path, and no two become the same. */
class DirectoryNameTest {
    private static final List<String> NASTY = List.of(
            "",
            ".",
            "..",
            "...",
            "../x",
            "..\\x",
            "/",
            "/etc/passwd",
            "a/b",
            "a\\b",
            "a\0b",
            "a:b",
            "a b",
            " ",
            "a ",
            "a.",
            ".a",
            "~",
            "a~b",
            "-a",
            "con",
            "CON",
            "con.txt",
            "nul",
            "com1",
            "lpt9.x",
            "ü",
            "u\u0308",
            "\ud800",
            "\udfff",
            "x".repeat(100),
            "x".repeat(101),
            "x".repeat(300),
            "x".repeat(299) + "y",
            "ä".repeat(300));

    @Test
    void ordinaryNamesStayAsTheyAre() {
        for (String name : List.of("counts", "a", "my-store_1", "orders.by.customer", "x".repeat(100))) {
            assertEquals(name, DirectoryName.of(name));
        }
    }

    @Test
    void namesOfTheDslStayReadable() {
        String name = "KSTREAM-AGGREGATE-STATE-STORE-0000000003";
        assertTrue(DirectoryName.of(name).matches(name + "~[0-9a-f]{16}"), DirectoryName.of(name));
    }

    /** On disk: a change here would lose sight of existing stores. */
    @Test
    void namesNeverChange() {
        assertEquals("KTABLE~632eda645086a07c", DirectoryName.of("KTABLE"));
        assertEquals("___x~293b816a95d0d827", DirectoryName.of("../x"));
    }

    @Test
    void nastyNamesAreSafe() {
        for (String name : NASTY) {
            String directory = DirectoryName.of(name);
            assertTrue(directory.matches("[A-Za-z0-9_~-][A-Za-z0-9._~-]*"), directory);
            assertTrue(directory.length() <= 100, directory);
            assertTrue(!directory.endsWith("."), directory);
            assertTrue(
                    !directory.toLowerCase(Locale.ROOT).matches("(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?"),
                    directory);
        }
    }

    @Test
    void noTwoNamesShareADirectoryNorDifferInCaseAlone() {
        Map<String, String> names = new HashMap<>();
        NASTY.forEach(name -> claim(names, name));
        claim(names, "counts");
        claim(names, "Counts");
        claim(names, "COUNTS");
        claim(names, "counts~");
        claim(names, DirectoryName.of("Counts"));
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder name = new StringBuilder();
            for (int length = 1 + random.nextInt(6); length > 0; length--) {
                name.append("aAbB./\\~_- \0:".charAt(random.nextInt(13)));
            }
            claim(names, name.toString());
        }
    }

    private static void claim(Map<String, String> names, String name) {
        String before = names.putIfAbsent(DirectoryName.of(name).toLowerCase(Locale.ROOT), name);
        assertTrue(before == null || before.equals(name), () -> name + " shares a directory with " + before);
    }
}

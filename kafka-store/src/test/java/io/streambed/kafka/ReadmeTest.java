package io.streambed.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;

/** The table of keys in the README is the definition of the keys. {@code -Drewrite=true} writes it anew. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private static final String BEGIN =
            "<!-- begin of the table of keys: generated from LsmStoreConfig; ReadmeTest rewrites it with -Drewrite=true -->\n";
    private static final String END = "<!-- end of the table of keys -->";

    @Test
    void tableOfKeysIsUpToDate() throws IOException {
        String text = Files.readString(README);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        assertTrue(begin >= BEGIN.length() && end >= begin, "the marks around the table are there");
        if (Boolean.getBoolean("rewrite")) {
            Files.writeString(README, text.substring(0, begin) + table() + text.substring(end));
        } else {
            assertEquals(table(), text.substring(begin, end), "run this test with -Drewrite=true");
        }
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| key | default | may be | meaning |\n| --- | --- | --- | --- |\n");
        for (ConfigDef.ConfigKey key : LsmStoreConfig.configDef().configKeys().values()) {
            table.append("| `").append(key.name).append("` | ");
            table.append(key.defaultValue == null ? "not set" : "`" + key.defaultValue + "`")
                    .append(" | ");
            table.append(key.validator).append(" | ").append(key.documentation).append(" |\n");
        }
        return table.toString();
    }
}

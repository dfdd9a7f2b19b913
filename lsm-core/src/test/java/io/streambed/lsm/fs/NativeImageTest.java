package io.streambed.lsm.fs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a native image is told of the engine: the ways to unmap a file, which are looked up by name. */
class NativeImageTest {
    private static final String FILE = "/META-INF/native-image/io.streambed/lsm-core/reflect-config.json";
    private static final Pattern TYPE = Pattern.compile("\\{\\s*\"name\": \"([A-Za-z.$]+)\",");

    @Test
    void namesWhatThereIs() throws IOException {
        List<String> types = types();
        assertEquals(4, types.size(), types.toString());
        for (String type : types) {
            // Older releases have the other way.
            if (Runtime.version().feature() >= 22 || !type.startsWith("java.lang.foreign.")) {
                assertDoesNotThrow(() -> Class.forName(type), type);
            }
        }
    }

    private static List<String> types() throws IOException {
        try (InputStream in = Mapping.class.getResourceAsStream(FILE)) {
            assertNotNull(in, FILE);
            List<String> found = new ArrayList<>();
            Matcher types = TYPE.matcher(new String(in.readAllBytes(), UTF_8));
            while (types.find()) {
                if (types.group(1).contains(".")) {
                    found.add(types.group(1));
                }
            }
            return found;
        }
    }
}

package io.streambed.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.junit.jupiter.api.Test;

/** A native image is told of the classes that Streams makes by the name in a config, as nothing in the code leads to them. */
class NativeImageTest {
    private static final String FILE = "/META-INF/native-image/io.streambed/kafka-store/reflect-config.json";
    private static final Pattern TYPE = Pattern.compile("\"name\": \"(io[A-Za-z.$]+)\"");

    @Test
    void namesEveryClassThatAConfigMayName() throws Exception {
        Set<String> named = named();
        Set<String> wanted = new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.streambed.kafka")
                        .stream()
                        .filter(type -> type.isAssignableTo(DslStoreSuppliers.class)
                                || type.isAssignableTo(KafkaClientSupplier.class))
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::getName)
                        .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(wanted, named);
        for (String type : named) {
            assertNotNull(Class.forName(type).getConstructor().newInstance(), type);
        }
    }

    private static Set<String> named() throws IOException {
        try (InputStream in = LsmStores.class.getResourceAsStream(FILE)) {
            assertNotNull(in, FILE);
            Set<String> found = new TreeSet<>();
            Matcher types = TYPE.matcher(new String(in.readAllBytes(), UTF_8));
            while (types.find()) {
                found.add(types.group(1));
            }
            return found;
        }
    }
}

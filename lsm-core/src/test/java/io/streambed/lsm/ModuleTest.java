package io.streambed.lsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The engine as a Java module: what others see of it, and that it works where nothing else of it is seen. */
class ModuleTest {
    private static final String NAME = "io.streambed.lsm";

    @Test
    void exportsWhatUsersName() throws Exception {
        ModuleDescriptor descriptor =
                ModuleFinder.of(jarOf(LsmTree.class)).find(NAME).orElseThrow().descriptor();
        assertEquals(
                Set.of("io.streambed.lsm", "io.streambed.lsm.bytes", "io.streambed.lsm.fs"),
                descriptor.exports().stream()
                        .map(ModuleDescriptor.Exports::source)
                        .collect(Collectors.toSet()));
        assertTrue(descriptor.exports().stream().noneMatch(ModuleDescriptor.Exports::isQualified), "to everybody");
    }

    @Test
    void worksAsAModuleWithCompressionToo(@TempDir Path directory) throws Exception {
        ModuleFinder modules =
                ModuleFinder.of(jarOf(LsmTree.class), jarOf(LoggerFactory.class), jarOf(LZ4Factory.class));
        // The codec is not required: who wants it names it, as --add-modules does.
        Configuration resolved =
                ModuleLayer.boot().configuration().resolve(modules, ModuleFinder.of(), Set.of(NAME, "org.lz4.java"));
        ClassLoader loader = ModuleLayer.defineModulesWithOneLoader(
                        resolved, List.of(ModuleLayer.boot()), ClassLoader.getPlatformClassLoader())
                .layer()
                .findLoader(NAME);
        Class<?> tree = loader.loadClass("io.streambed.lsm.LsmTree");
        assertEquals(NAME, tree.getModule().getName());
        byte[] key = {1};
        byte[] value = new byte[10_000];
        Object options = compressed(loader);
        try (AutoCloseable opened = (AutoCloseable)
                tree.getMethod("open", Path.class, options.getClass()).invoke(null, directory, options)) {
            tree.getMethod("put", byte[].class, byte[].class).invoke(opened, key, value);
            tree.getMethod("flush").invoke(opened);
            assertArrayEquals(
                    value, (byte[]) tree.getMethod("get", byte[].class).invoke(opened, (Object) key));
        }
    }

    private static Object compressed(ClassLoader loader) throws ReflectiveOperationException {
        Object builder = loader.loadClass("io.streambed.lsm.LsmOptions")
                .getMethod("builder")
                .invoke(null);
        Class<?> compression = loader.loadClass("io.streambed.lsm.Compression");
        Method setter = builder.getClass().getMethod("compression", compression);
        setter.invoke(builder, compression.getField("LZ4").get(null));
        return builder.getClass().getMethod("build").invoke(builder);
    }

    private static Path jarOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}

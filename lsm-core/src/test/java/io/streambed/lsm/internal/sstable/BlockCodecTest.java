package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.MalformedBytesException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BlockCodecTest {
    @Test
    void tagsAreForEver() throws MalformedBytesException {
        assertEquals(0, BlockCodec.NONE.tag());
        assertEquals(1, BlockCodec.lz4().tag());
        assertSame(BlockCodec.NONE, BlockCodec.of((byte) 0));
        assertSame(BlockCodec.lz4(), BlockCodec.of((byte) 1));
        assertThrows(MalformedBytesException.class, () -> BlockCodec.of((byte) 2));
    }

    @Test
    void lz4GivesBackWhatItTook() throws MalformedBytesException {
        Random random = new Random(1);
        for (int length : new int[] {1, 10, 100, 4096, 100_000}) {
            byte[] noise = new byte[length];
            random.nextBytes(noise);
            for (byte[] block : new byte[][] {noise, new byte[length]}) {
                assertArrayEquals(block, throughLz4(block));
            }
        }
    }

    @Test
    void wrongBytesMakeNoHugeArraysAndNoOtherErrors() {
        BlockCodec lz4 = BlockCodec.lz4();
        Random random = new Random(2);
        byte[] block = "some text, some more text, and some text again, and again and again"
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        byte[] target = new byte[lz4.maxCompressedLength(block.length)];
        int length = lz4.compress(block, 0, block.length, target, 0);
        for (int round = 0; round < 20_000; round++) {
            byte[] wrong = Arrays.copyOf(target, random.nextInt(5) == 0 ? random.nextInt(length) : length);
            for (int i = random.nextInt(4); i > 0 && wrong.length > 0; i--) {
                wrong[random.nextInt(wrong.length)] = (byte) random.nextInt();
            }
            try {
                int decompressed = lz4.decompressedLength(wrong, 0, wrong.length);
                assertTrue(decompressed <= 255 * wrong.length);
                lz4.decompress(wrong, 0, wrong.length, new byte[decompressed], 0, decompressed);
            } catch (MalformedBytesException e) {
                // As it should be.
            }
        }
    }

    @Test
    void withoutTheLibraryTheMessageSaysWhatToAdd() throws ReflectiveOperationException {
        Class<?> codec = new WithoutLz4().loadClass(BlockCodec.class.getName());
        for (int attempt = 0; attempt < 2; attempt++) {
            Throwable failure = assertThrows(
                            InvocationTargetException.class,
                            () -> codec.getMethod("lz4").invoke(null))
                    .getCause();
            assertSame(IllegalStateException.class, failure.getClass());
            assertTrue(failure.getMessage().contains("at.yawk.lz4:lz4-java"), failure.getMessage());
        }
        // And nobody else is bothered.
        assertEquals(
                "NoCodec",
                codec.getMethod("of", byte.class)
                        .invoke(null, (byte) 0)
                        .getClass()
                        .getSimpleName());
    }

    private static byte[] throughLz4(byte[] block) throws MalformedBytesException {
        BlockCodec lz4 = BlockCodec.lz4();
        byte[] target = new byte[3 + lz4.maxCompressedLength(block.length)];
        int length = lz4.compress(block, 0, block.length, target, 3);
        byte[] back = new byte[2 + lz4.decompressedLength(target, 3, length)];
        lz4.decompress(target, 3, length, back, 2, back.length - 2);
        return Arrays.copyOfRange(back, 2, back.length);
    }

    /** The engine's classes once more, on a class path that has no LZ4. */
    private static final class WithoutLz4 extends ClassLoader {
        WithoutLz4() {
            super(BlockCodecTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("net.jpountz.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.streambed.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}

package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Varint;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class BlockCodecTest {
    @Test
    void tagsAreForEver() throws MalformedBytesException {
        assertEquals(0, BlockCodec.NONE.tag());
        assertEquals(1, BlockCodec.lz4().tag());
        assertSame(BlockCodec.NONE, BlockCodec.of((byte) 0));
        assertSame(BlockCodec.lz4(), BlockCodec.of((byte) 1));
        assertEquals(2, BlockCodec.zstd().tag());
        assertSame(BlockCodec.zstd(), BlockCodec.of((byte) 2));
        assertThrows(MalformedBytesException.class, () -> BlockCodec.of((byte) 3));
    }

    static List<BlockCodec> codecs() {
        return List.of(BlockCodec.NONE, BlockCodec.lz4(), BlockCodec.zstd());
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void givesBackWhatItTook(BlockCodec codec) throws MalformedBytesException {
        Random random = new Random(1);
        for (int length : new int[] {1, 10, 100, 4096, 100_000, 3_000_000}) {
            byte[] noise = new byte[length];
            random.nextBytes(noise);
            for (byte[] block : new byte[][] {noise, new byte[length]}) {
                assertArrayEquals(block, through(codec, block));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void wrongBytesMakeNoHugeArraysAndNoOtherErrors(BlockCodec codec) {
        Random random = new Random(2);
        byte[] block = "some text, some more text, and some text again, and again and again"
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        byte[] target = new byte[codec.maxCompressedLength(block.length)];
        int length = codec.compress(block, 0, block.length, target, 0);
        for (int round = 0; round < 20_000; round++) {
            byte[] wrong = Arrays.copyOf(target, random.nextInt(5) == 0 ? random.nextInt(length) : length);
            for (int i = random.nextInt(4); i > 0 && wrong.length > 0; i--) {
                wrong[random.nextInt(wrong.length)] = (byte) random.nextInt();
            }
            try {
                int decompressed = codec.decompressedLength(wrong, 0, wrong.length);
                assertTrue(decompressed <= (128 << 10) * wrong.length);
                codec.decompress(wrong, 0, wrong.length, new byte[decompressed], 0, decompressed);
            } catch (MalformedBytesException e) {
                // As it should be.
            }
        }
    }

    /** A length that lies is found out before anybody makes room for it (LZ4: 255 times the bytes there are, at most). */
    @Test
    void aLengthThatLiesIsFoundOut() {
        for (BlockCodec codec : List.of(BlockCodec.lz4(), BlockCodec.zstd())) {
            byte[] block = new byte[100];
            byte[] target = new byte[codec.maxCompressedLength(block.length) + 5];
            int length = codec.compress(block, 0, block.length, target, 0);
            byte[] lying = new byte[length + 4];
            Varint.put(lying, 0, Integer.MAX_VALUE);
            System.arraycopy(target, 1, lying, 5, length - 1);
            assertThrows(MalformedBytesException.class, () -> codec.decompressedLength(lying, 0, lying.length));
        }
    }

    @ParameterizedTest
    @CsvSource({"lz4, net.jpountz., at.yawk.lz4:lz4-java", "zstd, com.github.luben., com.github.luben:zstd-jni"})
    void withoutTheLibraryTheMessageSaysWhatToAdd(String codecName, String library, String toAdd)
            throws ReflectiveOperationException {
        Class<?> codec = new Without(library).loadClass(BlockCodec.class.getName());
        for (int attempt = 0; attempt < 2; attempt++) {
            Throwable failure = assertThrows(
                            InvocationTargetException.class,
                            () -> codec.getMethod(codecName).invoke(null))
                    .getCause();
            assertSame(IllegalStateException.class, failure.getClass());
            assertTrue(failure.getMessage().contains(toAdd), failure.getMessage());
        }
        // And nobody else is bothered.
        assertEquals(
                "NoCodec",
                codec.getMethod("of", byte.class)
                        .invoke(null, (byte) 0)
                        .getClass()
                        .getSimpleName());
    }

    private static byte[] through(BlockCodec codec, byte[] block) throws MalformedBytesException {
        byte[] target = new byte[3 + codec.maxCompressedLength(block.length)];
        int length = codec.compress(block, 0, block.length, target, 3);
        byte[] back = new byte[2 + codec.decompressedLength(target, 3, length)];
        codec.decompress(target, 3, length, back, 2, back.length - 2);
        return Arrays.copyOfRange(back, 2, back.length);
    }

    /** The engine's classes once more, on a class path that lacks a library. */
    private static final class Without extends ClassLoader {
        private final String library;

        Without(String library) {
            super(BlockCodecTest.class.getClassLoader());
            this.library = library;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith(library)) {
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

package io.streambed.kafka.internal.engine;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The directory of a store, from the store's name.
 *
 * <p>Streams checks the names of DSL stores only; a store of the Processor API may be called {@code ../x}, or like a device of
 * Windows, or may differ from another one in upper and lower case alone, which many file systems do not tell apart.
 *
 * <pre>
 *  counts                                    counts
 *  KSTREAM-AGGREGATE-STATE-STORE-0000000003  KSTREAM-AGGREGATE-STATE-STORE-0000000003~dbddc967c4feaad4
 *  ../x                                      ___x~293b816a95d0d827
 * </pre>
 *
 * <p>A name that is safe everywhere stays as it is. Any other one keeps what can be read of it and gets 64 bits of its SHA-256
 * behind a {@code ~}, which no safe name contains. So two names share a directory only if those bits agree; the commit's
 * metadata has the full name, and {@link StoreEngine} refuses a directory that belongs to another store.
 */
final class DirectoryName {
    /** On disk, never change: both decide where an existing store is looked for. */
    private static final int LONGEST_SAFE = 100;

    private static final int LONGEST_READABLE = 64;

    private static final Pattern SAFE = Pattern.compile("[a-z0-9_]([a-z0-9._-]*[a-z0-9_-])?");

    /** Names that Windows takes for devices, whatever follows after a dot. */
    private static final Pattern DEVICE = Pattern.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?");

    private DirectoryName() {}

    /** The name of the directory for the store called {@code storeName}: one path element of at most 100 ASCII characters. */
    static String of(String storeName) {
        if (storeName.length() <= LONGEST_SAFE
                && SAFE.matcher(storeName).matches()
                && !DEVICE.matcher(storeName).matches()) {
            return storeName;
        }
        String readable = storeName
                .substring(0, Math.min(storeName.length(), LONGEST_READABLE))
                .replaceAll("[^A-Za-z0-9_-]", "_");
        return readable + "~" + digest(storeName);
    }

    private static String digest(String storeName) {
        // The characters as they are: as UTF-8 all unpaired surrogates would be one and the same byte.
        ByteBuffer characters = ByteBuffer.allocate(storeName.length() * Character.BYTES);
        characters.asCharBuffer().put(storeName);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(characters.array());
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

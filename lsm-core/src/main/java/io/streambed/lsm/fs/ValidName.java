package io.streambed.lsm.fs;

/**
 * The names that files may have. A name is never a path: what passes here cannot lead out of the directory, on any platform,
 * and is taken literally by all of them.
 */
final class ValidName {
    private static final int MAX_LENGTH = 200;

    private ValidName() {}

    /** Whether {@code name} is made of ASCII letters, digits, '-', '_' and '.', and does not begin with '.'. */
    static boolean isValid(String name) {
        if (name.isEmpty() || name.length() > MAX_LENGTH || name.charAt(0) == '.') {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && c != '-' && c != '_' && c != '.') {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns {@code name} if it is valid.
     *
     * @throws IllegalArgumentException if it is not
     */
    static String check(String name) {
        if (!isValid(name)) {
            throw new IllegalArgumentException("not a file name: '" + printable(name) + "'; allowed are 1 to "
                    + MAX_LENGTH + " of A-Z a-z 0-9 - _ . and no '.' in front");
        }
        return name;
    }

    private static String printable(String name) {
        String start = name.substring(0, Math.min(name.length(), MAX_LENGTH));
        return start.replaceAll("[^ -~]", "?");
    }
}

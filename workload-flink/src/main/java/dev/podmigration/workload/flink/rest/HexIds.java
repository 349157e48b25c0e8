package dev.podmigration.workload.flink.rest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Flink's 128-bit identifiers. */
final class HexIds {

    private static final Pattern PATTERN = Pattern.compile("[0-9a-f]{32}");

    private HexIds() {}

    static void check(String value) {
        if (!PATTERN.matcher(value).matches()) {
            throw new IllegalArgumentException("not 32 hexadecimal digits");
        }
    }

    static String derive(String... words) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(String.join("\n", words).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new AssertionError(everyJdkHasIt);
        }
    }
}

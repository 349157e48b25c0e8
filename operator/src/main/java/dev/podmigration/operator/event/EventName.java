package dev.podmigration.operator.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.HasMetadata;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names of events: what they are about, and a digest of what they say. A legal name for an object
 * of any legal name, which may be as long as that of the event.
 */
final class EventName {

    private static final int DIGEST_BYTES = 8;

    /** Of a DNS subdomain, which the name of an event has to be. */
    private static final int LONGEST = 253;

    private EventName() {}

    static String of(HasMetadata about, String content) {
        String name = about.getMetadata().getName();
        int longest = LONGEST - 1 - 2 * DIGEST_BYTES;
        // Behind a label that ends where it must not, the dot would not be legal.
        String begin =
                name.length() <= longest
                        ? name
                        : name.substring(0, longest).replaceAll("[-.]+$", "");
        return begin + "." + digest(about.getMetadata().getUid() + content);
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}

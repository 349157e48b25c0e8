package dev.podmigration.operator.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.podmigration.operator.observe.Marks;

import io.fabric8.kubernetes.api.model.Pod;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Names that follow from the migration alone, so that an operator that comes up again finds what it
 * had made.
 */
public final class TargetName {

    /** The letters Kubernetes uses for generated names: none of them makes a word. */
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    private static final int SUFFIX_LENGTH = 5;
    private static final int LONGEST_LABEL = 63;

    private TargetName() {}

    /**
     * The name of the target pod: the name the first ancestor had, and a suffix that tells
     * migrations apart.
     */
    public static String of(Pod source, String migrationUid) {
        return shortened(base(source)) + "-" + suffix(migrationUid);
    }

    /** Name of the two halves of a migration. */
    public static String ofHalf(String migrationName, String migrationUid) {
        return shortened(migrationName) + "-" + suffix(migrationUid);
    }

    /** Name of the migration of one member of a group, and of its two halves. */
    public static String ofMember(String groupName, String groupUid, String podName) {
        return shortened(groupName + "-" + podName) + "-" + suffix(groupUid + " " + podName);
    }

    static String base(Pod pod) {
        String recorded = pod.getMetadata().getAnnotations().get(Marks.BASE_NAME);
        return recorded == null ? pod.getMetadata().getName() : recorded;
    }

    /** Room for the suffix within the 63 characters of a host name. */
    private static String shortened(String name) {
        int longest = LONGEST_LABEL - SUFFIX_LENGTH - 1;
        return name.length() <= longest
                ? name
                : name.substring(0, longest).replaceAll("[-.]+$", "");
    }

    private static String suffix(String unique) {
        byte[] digest;
        try {
            digest = MessageDigest.getInstance("SHA-256").digest(unique.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
        StringBuilder suffix = new StringBuilder();
        for (int i = 0; i < SUFFIX_LENGTH; i++) {
            suffix.append(ALPHABET.charAt(Byte.toUnsignedInt(digest[i]) % ALPHABET.length()));
        }
        return suffix.toString();
    }
}

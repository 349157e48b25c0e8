package dev.podmigration.agent.files;

/**
 * Attributes that a node's own security module writes. The target's runtime has labelled the tree
 * for the target pod, and the labels and hashes of another node would only lock the pod out of its
 * files.
 */
final class SecurityLabels {
    private SecurityLabels() {}

    static boolean isLabel(String attribute) {
        return switch (attribute) {
            case "security.selinux", "security.ima", "security.evm" -> true;
            default -> attribute.startsWith("security.SMACK64");
        };
    }
}

package dev.podmigration.agent.runtime;

/**
 * A mount of a container as its OCI configuration has it.
 *
 * @param containerPath where the container sees it
 * @param source for a bind mount the directory or file on the node; otherwise the name of a file
 *     system
 * @param type {@code bind} or a file system such as {@code proc} or {@code tmpfs}
 */
public record ContainerMount(String containerPath, String source, String type, boolean readOnly) {

    public boolean isBind() {
        return type.equals("bind");
    }
}

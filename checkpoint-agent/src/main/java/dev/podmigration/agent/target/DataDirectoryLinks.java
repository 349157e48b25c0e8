package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.DataDirectory;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes the source's name of a ConfigMap's (Secret's, ...) data directory lead to the target's, so
 * that files which were open there are found. The links go with the pod's volumes.
 */
final class DataDirectoryLinks {

    private static final String PLUGIN = "kubernetes\\.io~[a-z-]{1,40}";
    private static final String VOLUME = "[a-z0-9][a-z0-9.-]{0,252}";

    /**
     * {@code ..2006_01_02_15_04_05.} and digits; pkg/volume/util/atomic_writer.go of Kubernetes
     * 1.36.
     */
    private static final String NAME = "\\.\\.\\d{4}(_\\d\\d){5}\\.\\d{1,12}";

    private DataDirectoryLinks() {}

    /**
     * @param volumes {@code <kubelet root>/pods/<uid>/volumes}; written by nobody but the kubelet
     */
    static void make(Path volumes, List<DataDirectory> directories)
            throws IOException, AgentFailure {
        for (DataDirectory directory : directories) {
            if (!directory.getPlugin().matches(PLUGIN)
                    || !directory.getVolume().matches(VOLUME)
                    || !directory.getName().matches(NAME)) {
                throw new AgentFailure(
                        FailureReason.InternalError,
                        "Not a data directory of a volume: " + directory);
            }
            Path volume = volumes.resolve(directory.getPlugin()).resolve(directory.getVolume());
            Path link = volume.resolve(directory.getName());
            Path own = volume.resolve("..data");
            if (Files.isSymbolicLink(own) && Files.notExists(link, LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(link, Files.readSymbolicLink(own));
            }
        }
    }
}

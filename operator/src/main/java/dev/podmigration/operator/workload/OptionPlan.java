package dev.podmigration.operator.workload;

import dev.podmigration.api.v1alpha1.CheckpointOptions;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.MigratedContainer;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Fills the options that the user left open. A JVM holds connections and file locks and may sit
 * under a shell, so it gets what it needs without being asked; of other processes nothing is
 * assumed. What the user said is never changed.
 */
public final class OptionPlan {

    private static final String JVM = "JVM";

    /** An option that a JVM gets, by the name it has in the API. */
    private record JvmOption(
            String name,
            Function<CheckpointOptions, @Nullable Boolean> get,
            BiConsumer<CheckpointOptions, Boolean> set) {}

    private static final List<JvmOption> JVM_OPTIONS =
            List.of(
                    new JvmOption(
                            "tcpEstablished",
                            CheckpointOptions::getTcpEstablished,
                            CheckpointOptions::setTcpEstablished),
                    new JvmOption(
                            "fileLocks",
                            CheckpointOptions::getFileLocks,
                            CheckpointOptions::setFileLocks),
                    new JvmOption(
                            "shellJob",
                            CheckpointOptions::getShellJob,
                            CheckpointOptions::setShellJob));

    private OptionPlan() {}

    /** One container with its options, and what decided each that the user left open. */
    public static MigratedContainer of(InspectedContainer inspected, CheckpointOptions wanted) {
        CheckpointOptions options = copy(wanted);
        Map<String, String> addedBy = new LinkedHashMap<>();
        if (JVM.equals(inspected.getWorkload())) {
            for (JvmOption option : JVM_OPTIONS) {
                if (option.get().apply(options) == null) {
                    option.set().accept(options, true);
                    addedBy.put(option.name(), JVM);
                }
            }
        }
        MigratedContainer container = new MigratedContainer();
        container.setName(inspected.getName());
        container.setWorkload(inspected.getWorkload());
        container.setJvm(inspected.getJvm());
        container.setOptions(options);
        container.setOptionsAddedBy(addedBy);
        container.setMemoryBytes(inspected.getMemoryBytes());
        return container;
    }

    /**
     * The containers of a pod are dumped with one set of options: an option that one of them needs
     * is on for all.
     */
    public static CheckpointOptions ofPod(
            List<MigratedContainer> containers, CheckpointOptions wanted) {
        CheckpointOptions options = copy(wanted);
        for (MigratedContainer container : containers) {
            CheckpointOptions own = container.getOptions();
            for (JvmOption option : JVM_OPTIONS) {
                if (own != null && Boolean.TRUE.equals(option.get().apply(own))) {
                    option.set().accept(options, true);
                }
            }
        }
        return options;
    }

    private static CheckpointOptions copy(CheckpointOptions from) {
        CheckpointOptions to = new CheckpointOptions();
        to.setTcpEstablished(from.getTcpEstablished());
        to.setFileLocks(from.getFileLocks());
        to.setShellJob(from.getShellJob());
        to.setLinkRemap(from.getLinkRemap());
        to.setExtMountMap(from.getExtMountMap());
        to.setGhostLimitBytes(from.getGhostLimitBytes());
        return to;
    }
}

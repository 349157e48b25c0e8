package dev.podmigration.operator.workload;

import dev.podmigration.api.v1alpha1.CheckpointOptions;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.MigratedContainer;
import dev.podmigration.workload.Detection;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Fills the options that the user left open with what detectors say that a program needs. What the
 * user said is never changed.
 */
public final class OptionPlan {

    /** An option by the name it has in the API. */
    private record Option<T>(
            String name,
            Function<CheckpointOptions, @Nullable T> get,
            BiConsumer<CheckpointOptions, T> set,
            Predicate<T> isWish,
            BinaryOperator<T> both) {

        boolean isOpen(CheckpointOptions options) {
            T value = get.apply(options);
            return value == null || (value instanceof List<?> list && list.isEmpty());
        }

        /** Whether that changed anything. */
        boolean take(CheckpointOptions from, CheckpointOptions to) {
            T wish = get.apply(from);
            if (wish == null || !isWish.test(wish)) {
                return false;
            }
            T known = get.apply(to);
            T result = known == null ? wish : both.apply(known, wish);
            set.accept(to, result);
            return !result.equals(known);
        }
    }

    private static final List<Option<?>> OPTIONS =
            List.of(
                    flag(
                            "tcpEstablished",
                            CheckpointOptions::getTcpEstablished,
                            CheckpointOptions::setTcpEstablished),
                    flag(
                            "fileLocks",
                            CheckpointOptions::getFileLocks,
                            CheckpointOptions::setFileLocks),
                    flag(
                            "shellJob",
                            CheckpointOptions::getShellJob,
                            CheckpointOptions::setShellJob),
                    flag(
                            "linkRemap",
                            CheckpointOptions::getLinkRemap,
                            CheckpointOptions::setLinkRemap),
                    new Option<List<String>>(
                            "extMountMap",
                            CheckpointOptions::getExtMountMap,
                            CheckpointOptions::setExtMountMap,
                            mounts -> !mounts.isEmpty(),
                            OptionPlan::union),
                    new Option<Long>(
                            "ghostLimitBytes",
                            CheckpointOptions::getGhostLimitBytes,
                            CheckpointOptions::setGhostLimitBytes,
                            _ -> true,
                            Math::max));

    private OptionPlan() {}

    private static Option<Boolean> flag(
            String name,
            Function<CheckpointOptions, @Nullable Boolean> get,
            BiConsumer<CheckpointOptions, Boolean> set) {
        return new Option<>(name, get, set, value -> value, Boolean::logicalOr);
    }

    private static List<String> union(List<String> known, List<String> more) {
        return Stream.concat(known.stream(), more.stream()).distinct().toList();
    }

    /** One container with its options, and what decided each that the user left open. */
    public static MigratedContainer of(
            InspectedContainer inspected, CheckpointOptions wanted, List<Detection> detected) {
        CheckpointOptions options = copy(wanted);
        Map<String, String> addedBy = new LinkedHashMap<>();
        for (Detection detection : detected) {
            CheckpointOptions needed = detection.options().get(inspected.getName());
            if (needed == null) {
                continue;
            }
            for (Option<?> option : OPTIONS) {
                if (option.isOpen(wanted) && option.take(needed, options)) {
                    addedBy.put(option.name(), detection.detector());
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
            for (Option<?> option : OPTIONS) {
                if (own != null && option.isOpen(wanted)) {
                    option.take(own, options);
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

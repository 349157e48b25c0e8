package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.CheckpointOptions;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.operator.observe.Marks;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.Pod;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** What the user asked for can be done by both nodes. */
final class OptionCheck implements Check {

    private static final String NAME = "Options";

    @Override
    public List<Finding> look(Pod source, Observation seen) {
        List<Finding> refused = new ArrayList<>();
        String runtimeClass = source.getSpec().getRuntimeClassName();
        if (runtimeClass != null && !runtimeClass.equals(Marks.RUNTIME_CLASS)) {
            refused.add(
                    Finding.refused(
                            NAME,
                            FailureReason.CheckpointNotSupported,
                            "The pod has runtime class "
                                    + runtimeClass
                                    + "; only pods of the default runtime can move."));
        }
        Stream.of(source.getSpec().getNodeName(), seen.spec().getTarget().getNodeName())
                .filter(Objects::nonNull)
                .distinct()
                .flatMap(node -> unsupported(node, seen).stream())
                .forEach(refused::add);
        return refused.isEmpty()
                ? List.of(Finding.passed(NAME, "Both nodes know every wanted option."))
                : refused;
    }

    private static List<Finding> unsupported(String nodeName, Observation seen) {
        List<Finding> findings = new ArrayList<>();
        abilities(seen.spec().getCheckpoint())
                .forEach(
                        (option, ability) ->
                                seen.cluster()
                                        .migrationNode(nodeName)
                                        .flatMap(node -> NodeFitness.disproved(ability, node))
                                        .ifPresent(
                                                found ->
                                                        findings.add(
                                                                Finding.refused(
                                                                        NAME,
                                                                        FailureReason
                                                                                .OptionNotSupported,
                                                                        "Node "
                                                                                + nodeName
                                                                                + " cannot do"
                                                                                + " checkpoint."
                                                                                + option
                                                                                + ": "
                                                                                + found
                                                                                        .getMessage()))));
        return findings;
    }

    /** The abilities, as agents name them, behind the options the user asked for. */
    private static Map<String, String> abilities(CheckpointOptions options) {
        Map<String, String> needed = new LinkedHashMap<>();
        if (Boolean.TRUE.equals(options.getTcpEstablished())) {
            needed.put("tcpEstablished", "TcpEstablished");
        }
        if (Boolean.TRUE.equals(options.getFileLocks())) {
            needed.put("fileLocks", "FileLocks");
        }
        if (Boolean.TRUE.equals(options.getShellJob())) {
            needed.put("shellJob", "ShellJob");
        }
        if (Boolean.TRUE.equals(options.getLinkRemap())) {
            needed.put("linkRemap", "LinkRemap");
        }
        return needed;
    }
}

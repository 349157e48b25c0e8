package dev.podmigration.workload.flink.detect;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.workload.Detection;
import dev.podmigration.workload.MovingPod;
import dev.podmigration.workload.WorkloadDetector;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Knows JobManagers and TaskManagers of Flink. */
public final class FlinkDetector implements WorkloadDetector {

    public static final String NAME = "Flink";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<Detection> detect(MovingPod pod) {
        return pod.source()
                .or(pod::target)
                .flatMap(found -> FlinkPod.of(found, pod.containers()))
                .map(FlinkDetector::detection);
    }

    private static Detection detection(FlinkPod flink) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("role", flink.role().name());
        facts.put("deployedBy", flink.deployedBy().name());
        flink.mode().ifPresent(mode -> facts.put("mode", mode.name()));
        flink.clusterId().ifPresent(name -> facts.put("cluster", name));
        facts.put("container", flink.container());
        facts.put("evidence", flink.evidence());
        return Detection.of(NAME, facts)
                .withFindings(flink.objection().map(FlinkDetector::refused).stream().toList());
    }

    private static Finding refused(Failure objection) {
        Finding finding =
                Finding.refused(
                        NAME,
                        Objects.requireNonNull(objection.getReason()),
                        Objects.requireNonNull(objection.getMessage()));
        finding.setRemedy(objection.getRemedy());
        return finding;
    }
}

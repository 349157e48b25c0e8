package dev.podmigration.workload.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.Jvm;
import dev.podmigration.api.v1alpha1.Verdict;
import dev.podmigration.workload.Detection;
import dev.podmigration.workload.MovingPod;
import dev.podmigration.workload.WorkloadDetector;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

class JvmDetectorTest {

    private final JvmDetector detector = new JvmDetector();

    @Test
    void itIsFoundByItsServiceFile() {
        assertThat(ServiceLoader.load(WorkloadDetector.class))
                .anyMatch(JvmDetector.class::isInstance);
    }

    @Test
    void onlyContainersWithAJvmGetItsOptions() {
        Detection detection =
                detector.detect(pod(container("main", "JVM"), container("proxy", "Process")))
                        .orElseThrow();

        assertThat(detection.options()).containsOnlyKeys("main");
        assertThat(detection.options().get("main").getTcpEstablished()).isTrue();
        assertThat(detection.options().get("main").getFileLocks()).isTrue();
        assertThat(detection.options().get("main").getShellJob()).isTrue();
        assertThat(detection.options().get("main").getLinkRemap()).isNull();
        assertThat(detection.stateless()).isFalse();
        assertThat(detection.findings()).isEmpty();
    }

    @Test
    void aPodWithoutAJvmOrIntoWhichNobodyHasLookedIsNotKnown() {
        assertThat(detector.detect(pod(container("main", "Process")))).isEmpty();
        assertThat(detector.detect(pod())).isEmpty();
    }

    @Test
    void librariesThatWereUnpackedAndDeletedAreTold() {
        InspectedContainer container = container("main", "JVM");
        Jvm jvm = new Jvm();
        jvm.setDeletedLibraries(List.of("/tmp/libnetty.so"));
        container.setJvm(jvm);

        List<Finding> findings = detector.detect(pod(container)).orElseThrow().findings();

        assertThat(findings)
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.getVerdict()).isEqualTo(Verdict.Passed);
                            assertThat(finding.getMessage()).contains("/tmp/libnetty.so");
                        });
    }

    private static MovingPod pod(InspectedContainer... containers) {
        return new MovingPod(Optional.empty(), List.of(containers), Optional.empty());
    }

    private static InspectedContainer container(String name, String workload) {
        InspectedContainer container = new InspectedContainer();
        container.setName(name);
        container.setWorkload(workload);
        return container;
    }
}

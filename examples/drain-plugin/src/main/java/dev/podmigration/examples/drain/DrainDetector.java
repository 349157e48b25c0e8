package dev.podmigration.examples.drain;

import dev.podmigration.workload.Detection;
import dev.podmigration.workload.MovingPod;
import dev.podmigration.workload.WorkloadDetector;

import java.util.Map;
import java.util.Optional;

/** Knows a service by the annotation that says on which port it can be asked to drain. */
public final class DrainDetector implements WorkloadDetector {

    static final String NAME = "drainable";

    /** Key of the fact: where the service listens. */
    static final String PORT = "port";

    private static final String ANNOTATION = "example.org/drain-port";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<Detection> detect(MovingPod pod) {
        return pod.source()
                .map(source -> source.getMetadata().getAnnotations().get(ANNOTATION))
                .map(port -> Detection.of(NAME, Map.of(PORT, port)));
    }
}

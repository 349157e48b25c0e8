package dev.podmigration.operator.workload;

import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.workload.Detection;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;

/**
 * Starts a pod anew on the target and ends the source when it is Ready, if the pod declares, or a
 * detector knows, that it keeps nothing.
 */
final class DeclaredRecreate implements MigrationStrategy {

    static final String NAME = "recreate";

    /** Annotation of a pod. Not below podmigration.dev/, where users may set none. */
    static final String STATELESS = "workload.podmigration.dev/stateless";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Strategy rung() {
        return Strategy.Recreate;
    }

    @Override
    public int priority() {
        return Integer.MIN_VALUE;
    }

    @Override
    public boolean appliesTo(Move move) {
        return move.detected().stream().anyMatch(Detection::stateless)
                || move.pod()
                        .source()
                        .map(pod -> pod.getMetadata().getAnnotations().get(STATELESS))
                        .filter("true"::equals)
                        .isPresent();
    }
}

package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.operator.observe.NodeState;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.settings.TimeLimits;

import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/** Agents that are no longer heard, by the time of their last report. */
final class Silence {

    private final TimeLimits limits;

    Silence(TimeLimits limits) {
        this.limits = limits;
    }

    /** An agent that has something to do for this migration and is silent. */
    Optional<Failure> ofEither(Observation seen) {
        return Stream.concat(
                        seen.checkpoint().flatMap(_ -> ofSource(seen)).stream(),
                        seen.restore().flatMap(_ -> ofTarget(seen)).stream())
                .findFirst();
    }

    Optional<Failure> ofSource(Observation seen) {
        return seen.sourceNode().flatMap(node -> of("source", node, seen));
    }

    Optional<Failure> ofTarget(Observation seen) {
        return seen.targetNode().flatMap(node -> of("target", node, seen));
    }

    private Optional<Failure> of(String side, String node, Observation seen) {
        Optional<MigrationNode> agent = seen.cluster().migrationNode(node);
        if (agent.isPresent() && !NodeState.isSilent(agent.get(), limits.heartbeat(), seen.now())) {
            return Optional.empty();
        }
        return Optional.of(
                Failure.of(
                        FailureReason.AgentUnreachable,
                        "The agent of the "
                                + side
                                + " node "
                                + node
                                + " is silent"
                                + agent.flatMap(NodeState::lastHeard)
                                        .map(time -> " since " + time + ".")
                                        .orElse(".")));
    }

    /** When silence would be noticed, or the given time if that is sooner. */
    Instant noticedBy(Observation seen, Instant other) {
        return Stream.of(seen.sourceNode(), seen.targetNode())
                .flatMap(Optional::stream)
                .map(seen.cluster()::migrationNode)
                .flatMap(Optional::stream)
                .map(NodeState::lastHeard)
                .flatMap(Optional::stream)
                .map(heard -> heard.plus(limits.heartbeat()))
                .filter(time -> time.isAfter(seen.now()))
                .reduce(other, (left, right) -> left.isBefore(right) ? left : right);
    }
}

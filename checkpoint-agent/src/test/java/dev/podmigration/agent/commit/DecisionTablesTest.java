package dev.podmigration.agent.commit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Walks every order of requests, answers that get lost, restarts and give-ups of both agents. */
class DecisionTablesTest {

    /**
     * @param asks a grant request is under way
     * @param grants a grant is under way
     */
    private record World(
            SourceState source,
            TargetState target,
            boolean asks,
            boolean grants,
            boolean sourceRuns,
            boolean targetRuns) {}

    private static final World START =
            new World(SourceState.FROZEN, TargetState.RESTORING, false, false, false, false);

    @Test
    void neverTwo() {
        assertThat(reachable()).noneMatch(world -> world.sourceRuns() && world.targetRuns());
    }

    @Test
    void neverNone() {
        assertThat(reachable())
                .allSatisfy(
                        world ->
                                assertThat(reachableFrom(world))
                                        .describedAs(
                                                "one copy can still be brought to life from %s",
                                                world)
                                        .anyMatch(
                                                later -> later.sourceRuns() || later.targetRuns()));
    }

    @Test
    void theTargetRunsOnlyByAGrant() {
        assertThat(reachable())
                .filteredOn(World::targetRuns)
                .allMatch(
                        world ->
                                world.source() == SourceState.GRANTED
                                        || world.source() == SourceState.RELEASED);
    }

    private static Set<World> reachable() {
        return reachableFrom(START);
    }

    private static Set<World> reachableFrom(World start) {
        Set<World> seen = new HashSet<>();
        Deque<World> open = new ArrayDeque<>();
        open.add(start);
        while (!open.isEmpty()) {
            World world = open.remove();
            if (seen.add(world)) {
                open.addAll(next(world));
            }
        }
        return seen;
    }

    private static Set<World> next(World world) {
        Set<World> next = new HashSet<>();
        next.add(lost(world));
        for (SourceEvent event : SourceEvent.values()) {
            boolean possible =
                    switch (event) {
                        case GRANT_REQUESTED -> world.asks();
                        case TARGET_NEVER_RESUMED -> world.target() == TargetState.CANCELLED;
                        // The operator deletes the source only when the target's record says that
                        // it runs.
                        case POD_DELETED -> world.target() == TargetState.RESUMED;
                        case GIVE_UP, RESTARTED -> true;
                    };
            if (possible) {
                next.add(source(world, SourceDecision.of(world.source(), event)));
            }
        }
        for (TargetEvent event : TargetEvent.values()) {
            boolean possible =
                    switch (event) {
                        case VERIFIED -> false;
                        case COMPLETE -> world.target() == TargetState.RESTORING;
                        case GRANTED ->
                                world.grants()
                                        && (world.target() == TargetState.ASKED
                                                || world.target() == TargetState.CANCELLED);
                        case REFUSED -> world.target() == TargetState.ASKED;
                        case GIVE_UP, RESTARTED -> true;
                    };
            if (possible) {
                next.add(target(world, TargetDecision.of(world.target(), event)));
            }
        }
        return next;
    }

    private static World lost(World world) {
        return new World(
                world.source(),
                world.target(),
                false,
                false,
                world.sourceRuns(),
                world.targetRuns());
    }

    private static World source(World world, SourceDecision decision) {
        return new World(
                decision.next(),
                world.target(),
                false,
                world.grants() || decision.action() == SourceDecision.Action.GRANT,
                switch (decision.action()) {
                    case THAW -> true;
                    case KILL -> false;
                    case GRANT, REFUSE, NONE -> world.sourceRuns();
                },
                world.targetRuns());
    }

    private static World target(World world, TargetDecision decision) {
        return new World(
                world.source(),
                decision.next(),
                world.asks() || decision.action() == TargetDecision.Action.ASK,
                world.grants(),
                world.sourceRuns(),
                switch (decision.action()) {
                    case RESUME -> true;
                    case KILL -> false;
                    case RESTORE, ASK, NONE -> world.targetRuns();
                });
    }
}

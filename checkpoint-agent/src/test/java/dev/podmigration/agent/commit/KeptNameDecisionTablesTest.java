package dev.podmigration.agent.commit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/**
 * The same as {@link DecisionTablesTest} for a pod that keeps its name, whose source is deleted
 * before its target can be restored: walks every order of requests, lost answers, restarts, reboots
 * and failed restores, and of what the operator does in between.
 */
class KeptNameDecisionTablesTest {

    private static final Set<ReceiverState> NO_WAY_BACK =
            EnumSet.of(ReceiverState.GRANTED, ReceiverState.RESUMED, ReceiverState.STARTED_ANEW);

    /**
     * @param asks a grant request is under way
     * @param grants a grant is under way
     * @param sourceDeleted the operator has deleted the source pod
     * @param memory what was received is on the target's node
     * @param complete the target pod is restored and stopped
     */
    private record World(
            SourceState source,
            ReceiverState target,
            boolean asks,
            boolean grants,
            boolean sourceDeleted,
            boolean memory,
            boolean complete,
            boolean sourceRuns,
            boolean restoredRuns,
            boolean anewRuns) {

        int copies() {
            return (sourceRuns ? 1 : 0) + (restoredRuns ? 1 : 0) + (anewRuns ? 1 : 0);
        }
    }

    private static final World START =
            new World(
                    SourceState.FROZEN,
                    ReceiverState.RECEIVING,
                    false,
                    false,
                    false,
                    true,
                    false,
                    false,
                    false,
                    false);

    @Test
    void neverTwo() {
        assertThat(reachableFrom(START)).allMatch(world -> world.copies() <= 1);
    }

    @Test
    void neverNone() {
        assertThat(reachableFrom(START))
                .allSatisfy(
                        world ->
                                assertThat(reachableFrom(world))
                                        .describedAs(
                                                "one copy can still be brought to life from %s",
                                                world)
                                        .anyMatch(later -> later.copies() == 1));
    }

    @Test
    void theTargetNeverGivesUpOnceTheSourceIsDeleted() {
        assertThat(reachableFrom(START))
                .filteredOn(World::sourceDeleted)
                .isNotEmpty()
                .allMatch(world -> NO_WAY_BACK.contains(world.target()));
    }

    @Test
    void nothingRunsOnTheTargetWithoutAGrant() {
        assertThat(reachableFrom(START))
                .filteredOn(world -> world.restoredRuns() || world.anewRuns())
                .isNotEmpty()
                .allMatch(
                        world ->
                                world.source() == SourceState.GRANTED
                                        || world.source() == SourceState.RELEASED);
    }

    @Test
    void everyEndIsPossible() {
        assertThat(reachableFrom(START))
                .anyMatch(World::sourceRuns)
                .anyMatch(World::restoredRuns)
                .anyMatch(World::anewRuns);
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
        next.add(
                new World(
                        world.source(),
                        world.target(),
                        false,
                        false,
                        world.sourceDeleted(),
                        world.memory(),
                        world.complete(),
                        world.sourceRuns(),
                        world.restoredRuns(),
                        world.anewRuns()));
        next.addAll(operator(world));
        for (SourceEvent event : SourceEvent.values()) {
            boolean possible =
                    switch (event) {
                        case GRANT_REQUESTED -> world.asks();
                        case TARGET_NEVER_RESUMED -> world.target() == ReceiverState.CANCELLED;
                        case POD_DELETED -> world.sourceDeleted();
                        case GIVE_UP, RESTARTED -> true;
                    };
            if (possible) {
                next.add(source(world, SourceDecision.of(world.source(), event)));
            }
        }
        for (ReceiverEvent event : ReceiverEvent.values()) {
            boolean possible =
                    switch (event) {
                        case VERIFIED -> world.target() == ReceiverState.RECEIVING;
                        case GRANTED ->
                                world.grants()
                                        && (world.target() == ReceiverState.ASKED
                                                || world.target() == ReceiverState.GRANTED
                                                || world.target() == ReceiverState.CANCELLED);
                        case REFUSED -> world.target() == ReceiverState.ASKED;
                        case COMPLETE -> world.complete();
                        // Not only when it is really gone: it was restored in vain, too.
                        case MEMORY_LOST, GIVE_UP -> true;
                        case RESTARTED -> world.memory();
                    };
            if (possible) {
                next.add(target(world, ReceiverDecision.of(world.target(), event)));
            }
        }
        return next;
    }

    /** The operator, the kubelet that restores when it may, and the power supply of the target. */
    private static Set<World> operator(World world) {
        Set<World> next = new HashSet<>();
        // Only both words together let it delete the source.
        boolean granted =
                world.source() == SourceState.GRANTED && world.target() == ReceiverState.GRANTED;
        next.add(
                new World(
                        world.source(),
                        world.target(),
                        world.asks(),
                        world.grants(),
                        world.sourceDeleted() || granted,
                        world.memory(),
                        world.complete(),
                        world.sourceRuns(),
                        world.restoredRuns(),
                        world.anewRuns()));
        // There is no pod to restore before.
        boolean restores =
                world.sourceDeleted() && world.memory() && world.target() == ReceiverState.GRANTED;
        next.add(
                new World(
                        world.source(),
                        world.target(),
                        world.asks(),
                        world.grants(),
                        world.sourceDeleted(),
                        world.memory(),
                        world.complete() || restores,
                        world.sourceRuns(),
                        world.restoredRuns(),
                        world.anewRuns()));
        // A reboot before the restored copy runs; one after it ends any pod.
        if (!world.restoredRuns() && world.target() != ReceiverState.RESUMED) {
            next.add(
                    new World(
                            world.source(),
                            world.target(),
                            world.asks(),
                            world.grants(),
                            world.sourceDeleted(),
                            false,
                            false,
                            world.sourceRuns(),
                            false,
                            world.anewRuns()));
        }
        return next;
    }

    private static World source(World world, SourceDecision decision) {
        return new World(
                decision.next(),
                world.target(),
                false,
                world.grants() || decision.action() == SourceDecision.Action.GRANT,
                world.sourceDeleted(),
                world.memory(),
                world.complete(),
                switch (decision.action()) {
                    case THAW -> true;
                    case KILL -> false;
                    case GRANT, REFUSE, NONE -> world.sourceRuns();
                },
                world.restoredRuns(),
                world.anewRuns());
    }

    private static World target(World world, ReceiverDecision decision) {
        ReceiverDecision.Action action = decision.action();
        boolean killed =
                action == ReceiverDecision.Action.KILL
                        || action == ReceiverDecision.Action.START_ANEW;
        return new World(
                world.source(),
                decision.next(),
                world.asks() || action == ReceiverDecision.Action.ASK,
                world.grants(),
                world.sourceDeleted(),
                world.memory(),
                world.complete() && !killed,
                world.sourceRuns(),
                action == ReceiverDecision.Action.RESUME || (world.restoredRuns() && !killed),
                action == ReceiverDecision.Action.START_ANEW || world.anewRuns());
    }
}

package dev.podmigration.e2e.fault;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Diagnosis;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.NodeInventory;
import dev.podmigration.e2e.lab.Pause;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.RunningContainers;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;

import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** One migration of one pod from node-a to node-b, with one fault. */
final class FaultRun {
    static final String SOURCE_AGENT = "the source's agent";

    /** The target asks for the grant: from then on its source may not run any more. */
    private static final String QUESTION = "target sends GRANT_REQUEST";

    static final String TARGET_AGENT = "the target's agent";

    private static final Duration CLEARING_LIMIT = Duration.ofMinutes(2);

    private final Lab lab;
    private final Map<String, FaultyProgram> programs;
    private final Fault fault;
    private final String namespace;
    private final List<String> wrong = new ArrayList<>();
    private final Map<String, List<String>> passed = new HashMap<>();

    /** When the disturbance began; {@link Instant#MAX}: it did not. */
    private Instant disturbed = Instant.MAX;

    /** Before, what is lost on the target costs nothing but time. */
    private boolean asked;

    FaultRun(Lab lab, List<FaultyProgram> programs, Fault fault, String namespace) {
        this.lab = lab;
        this.programs = byName(programs);
        this.fault = fault;
        this.namespace = namespace;
    }

    private static Map<String, FaultyProgram> byName(List<FaultyProgram> programs) {
        return programs.stream()
                .collect(Collectors.toUnmodifiableMap(FaultyProgram::name, program -> program));
    }

    /** The runs from which the points are learned; in the others a program may be away. */
    private boolean isOfSchedule() {
        return fault instanceof Fault.None || fault instanceof Fault.Flip;
    }

    /** The points that each program has passed, of a run that has ended and broke no program. */
    Map<String, List<String>> passed() {
        return Map.copyOf(passed);
    }

    FaultResult run() throws IOException {
        programs.values().forEach(FaultyProgram::awaitReady);
        programs.values().forEach(FaultyProgram::clear);
        awaitNodesReady();
        List<NodeInventory> before = Lab.NODES.stream().map(this::inventory).toList();
        Disturbance disturbance = disturbance();
        if (disturbance != null) {
            disturbance.prepare(lab);
        }
        Playground playground = Playground.create(lab, namespace);
        Outcome outcome;
        Closeable tidy =
                () -> {
                    programs.values().forEach(FaultyProgram::clear);
                    playground.remove();
                    if (disturbance != null) {
                        disturbance.tidy(lab);
                    }
                };
        // Not `finally`: what cannot be tidied up would hide what came before it.
        try (tidy) {
            outcome = migrate(playground, disturbance);
            if (!wrong.isEmpty()) {
                System.err.println(new Diagnosis(playground).text());
            }
            if (isOfSchedule()) {
                programs.values().forEach(program -> passed.put(program.name(), program.passed()));
            }
        }
        programs.values().forEach(FaultyProgram::awaitReady);
        awaitNodesReady();
        check(
                "leftovers",
                () ->
                        await("nodes as they were before")
                                .atMost(CLEARING_LIMIT)
                                .pollInterval(Duration.ofSeconds(1))
                                .untilAsserted(
                                        () ->
                                                assertThat(
                                                                before.stream()
                                                                        .flatMap(
                                                                                node ->
                                                                                        inventory(
                                                                                                node
                                                                                                        .node())
                                                                                                .changesSince(
                                                                                                        node)
                                                                                                .stream())
                                                                        .toList())
                                                        .isEmpty()));
        return new FaultResult(fault, outcome.reached, outcome.text, outcome.gapMillis, wrong);
    }

    private record Outcome(boolean reached, String text, long gapMillis) {}

    private Outcome migrate(Playground playground, @Nullable Disturbance disturbance)
            throws IOException {
        Pod pod = playground.start(TestPods.leasing("echo", NODE_A));
        Moves moves = new Moves(playground);
        try (LeaseWatch leases = new LeaseWatch(lab.cgroups());
                EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
            client.expectAnswers(100);
            client.gaps().clear();
            arm();
            Map<String, Integer> restarts = restarts();
            String migration =
                    moves.begin("echo", NODE_B, spec -> spec.getLimits().setFreezeSeconds(60));
            boolean reached = happen(moves, migration, disturbance, restarts);
            PodMigrationStatus end;
            try {
                end = moves.awaitEnd(migration);
            } catch (KubernetesClientTimeoutException late) {
                wrong.add("no end: " + late.getMessage());
                return new Outcome(reached, "none", -1);
            }
            boolean anew = isStartedAnew(end);
            if (anew && !(fault.mayCostMemory() && asked)) {
                wrong.add("started anew: " + end.getFailure().getMessage());
            }
            String node = end.getPhase() == PodMigrationPhase.Succeeded || anew ? NODE_B : NODE_A;
            check(
                    "one copy",
                    () ->
                            await("one copy runs")
                                    .atMost(Duration.ofMinutes(2))
                                    .untilAsserted(() -> expectOne(leases)));
            boolean memoryKept =
                    !fault.nodesLost().contains(node) && !isLostBeforeFreeze(end) && !anew;
            long gap = -1;
            if (memoryKept) {
                check("client", () -> client.expectAnswers(100));
                check("memory", client::expectMemoryIntact);
                check("restarts", () -> expectNoRestart(playground));
                gap = client.gaps().longest().toMillis();
            } else {
                check("new client", () -> newClient(playground));
            }
            check("pod", () -> expectOnePod(playground, node));
            leases.two().ifPresent(two -> wrong.add("TWO COPIES: " + two));
            check("still one copy", () -> expectOne(leases));
            return new Outcome(reached, FaultResult.outcome(end), gap);
        }
    }

    /** After the commit only the target may run, whatever becomes of it there. */
    private static boolean isStartedAnew(PodMigrationStatus end) {
        return end.getPhase() == PodMigrationPhase.Failed
                && end.getPhaseTransitions().stream()
                        .anyMatch(seen -> seen.getPhase() == PodMigrationPhase.Committed);
    }

    /** One that is not what the client talks to would be a second copy. */
    private static void expectNoRestart(Playground playground) {
        assertThat(only(playground).getStatus().getContainerStatuses())
                .allSatisfy(status -> assertThat(status.getRestartCount()).isZero());
    }

    /** What moved then was the pod that began anew on the source when its node was back. */
    private boolean isLostBeforeFreeze(PodMigrationStatus end) {
        return fault.nodesLost().contains(NODE_A)
                && Optional.ofNullable(end.getFreeze())
                        .map(Freeze::getStart)
                        .map(Timestamps::parse)
                        .filter(frozen -> frozen.isAfter(disturbed))
                        .isPresent();
    }

    private void arm() {
        switch (fault) {
            case Fault.Halt halt -> program(halt.program()).halt(halt.point());
            case Fault.AtPoint at -> program(at.program()).hold(at.point());
            case Fault.HaltInRollBack halt -> {
                program(SOURCE_AGENT).flip(Fault.Flip.POINT);
                program(halt.program()).halt(halt.point());
            }
            case Fault.Flip _ -> program(SOURCE_AGENT).flip(Fault.Flip.POINT);
            case Fault.After _, Fault.None _ -> {}
        }
    }

    private Map<String, Integer> restarts() {
        return programs.values().stream()
                .collect(Collectors.toMap(FaultyProgram::name, FaultyProgram::restarts));
    }

    /** Waits for the moment, lets it happen, and says whether it did. */
    private boolean happen(
            Moves moves,
            String migration,
            @Nullable Disturbance disturbance,
            Map<String, Integer> restarts) {
        return switch (fault) {
            case Fault.Halt halt -> before(moves, migration, () -> ended(halt.program(), restarts));
            case Fault.HaltInRollBack halt ->
                    before(moves, migration, () -> ended(halt.program(), restarts));
            case Fault.AtPoint at -> {
                boolean held =
                        before(moves, migration, () -> program(at.program()).holds(at.point()));
                yield held && disturb(disturbance, () -> program(at.program()).clear());
            }
            case Fault.After after -> {
                Pause.of(after.delay());
                yield disturb(disturbance, () -> {});
            }
            case Fault.Flip _, Fault.None _ -> true;
        };
    }

    private boolean ended(String program, Map<String, Integer> restarts) {
        return program(program).restarts() > restarts.get(program);
    }

    /** While an agent stands still the other one does not come to the question, or past it. */
    private boolean mayHaveAsked() {
        boolean standsStill =
                fault instanceof Fault.AtPoint at
                        && List.of(SOURCE_AGENT, TARGET_AGENT).contains(at.program());
        return !standsStill || program(TARGET_AGENT).passed().contains(QUESTION);
    }

    /** Whether there was something to disturb. */
    private boolean disturb(@Nullable Disturbance disturbance, Runnable begun) {
        asked = mayHaveAsked();
        disturbed = Instant.now();
        boolean something = Objects.requireNonNull(disturbance).begin(lab);
        try {
            begun.run();
            Pause.of(disturbance.lasts());
        } finally {
            disturbance.end(lab);
        }
        return something;
    }

    /** False if the migration has ended before. */
    private boolean before(Moves moves, String migration, BooleanSupplier happened) {
        while (!moves.hasEnded(migration)) {
            if (happened.getAsBoolean()) {
                return true;
            }
            Pause.of(Duration.ofMillis(50));
        }
        return happened.getAsBoolean();
    }

    /** By what the copies themselves say, and by what the nodes' runtimes say. */
    private void expectOne(LeaseWatch leases) {
        assertThat(leases.running()).as(leases::text).hasSize(1);
        assertThat(RunningContainers.of(lab, namespace)).as("running containers").hasSize(1);
    }

    private void newClient(Playground playground) {
        Pod pod = only(playground);
        playground.awaitReady(pod.getMetadata().getName());
        String address = only(playground).getStatus().getPodIP();
        try (EchoClient client = EchoClient.connect(address, ECHO_PORT)) {
            client.expectAnswers(50);
        } catch (IOException e) {
            throw new IllegalStateException("the pod does not answer", e);
        }
    }

    /** Source or target, as the status says, ready, and no other. */
    private static void expectOnePod(Playground playground, String node) {
        await("one pod, on " + node)
                .atMost(Duration.ofMinutes(1))
                .until(
                        () ->
                                playground
                                                .client()
                                                .pods()
                                                .inNamespace(playground.namespace())
                                                .list()
                                                .getItems()
                                                .size()
                                        == 1);
        Pod pod = only(playground);
        assertThat(pod.getSpec().getNodeName()).isEqualTo(node);
        playground.awaitReady(pod.getMetadata().getName());
    }

    private static Pod only(Playground playground) {
        List<Pod> pods =
                playground.client().pods().inNamespace(playground.namespace()).list().getItems();
        assertThat(pods).as("pods of the namespace").hasSize(1);
        return pods.getFirst();
    }

    private void awaitNodesReady() {
        for (String node : Lab.NODES) {
            lab.run("kubectl", "wait", "--for=condition=Ready", "--timeout=120s", "node/" + node)
                    .orFail();
            lab.run(
                            "kubectl",
                            "wait",
                            "--for=condition=Ready",
                            "--timeout=120s",
                            "migrationnode/" + node)
                    .orFail();
        }
    }

    private NodeInventory inventory(String node) {
        return NodeInventory.of(lab, node);
    }

    private @Nullable Disturbance disturbance() {
        return switch (fault) {
            case Fault.AtPoint at -> at.disturbance();
            case Fault.After after -> after.disturbance();
            case Fault.Halt _, Fault.HaltInRollBack _, Fault.Flip _, Fault.None _ -> null;
        };
    }

    private FaultyProgram program(String name) {
        FaultyProgram program = programs.get(name);
        if (program == null) {
            throw new IllegalArgumentException("there is no program " + name);
        }
        return program;
    }

    /** Notes what is wrong and goes on, so that one run tells everything. */
    private void check(String what, Runnable assertion) {
        try {
            assertion.run();
        } catch (AssertionError
                | ConditionTimeoutException
                | KubernetesClientTimeoutException
                | IllegalStateException e) {
            wrong.add(what + ": " + String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
        }
    }
}

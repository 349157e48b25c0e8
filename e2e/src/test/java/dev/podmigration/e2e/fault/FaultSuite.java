package dev.podmigration.e2e.fault;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;

import dev.podmigration.e2e.lab.Installation;
import dev.podmigration.e2e.lab.Lab;

import io.fabric8.kubernetes.client.KubernetesClientException;

import org.awaitility.core.ConditionTimeoutException;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Breaks one migration after the other. Each row of the report goes to standard output as soon as
 * it is known; what a person needs to understand a bad one goes to standard error.
 */
public final class FaultSuite {
    /** In a row. */
    private static final int MAX_BROKEN_OFF = 3;

    private final Lab lab;
    private final List<FaultyProgram> programs;
    private final List<FaultResult> results = new ArrayList<>();

    private FaultSuite(Lab lab) {
        this.lab = lab;
        this.programs =
                List.of(
                        FaultyProgram.agent(lab, FaultRun.SOURCE_AGENT, NODE_A),
                        FaultyProgram.agent(lab, FaultRun.TARGET_AGENT, NODE_B),
                        FaultyProgram.operator(lab));
    }

    public static void main(String[] arguments) throws IOException {
        FaultOptions options = FaultOptions.parse(arguments);
        boolean good;
        try (Installation installation = Installation.make()) {
            good = new FaultSuite(installation.lab()).run(options);
        }
        if (!good) {
            System.exit(1);
        }
    }

    private boolean run(FaultOptions options) throws IOException {
        System.out.println("| fault | where | outcome | client's longest gap | what is wrong |");
        System.out.println("|---|---|---|---|---|");
        FaultRun forward = newRun(new Fault.None());
        note(forward.run(), Instant.now());
        FaultRun back = newRun(new Fault.Flip());
        note(back.run(), Instant.now());
        FaultSchedule schedule = new FaultSchedule(forward.passed(), back.passed());
        List<Fault> faults = new ArrayList<>();
        if (options.matrix()) {
            faults.addAll(schedule.matrix());
        }
        if (options.random() > 0) {
            System.err.printf("%d random faults of seed %d%n", options.random(), options.seed());
            faults.addAll(schedule.random(options.random(), options.seed()));
        }
        List<Fault> wanted =
                faults.stream().filter(fault -> fault.toString().contains(options.only())).toList();
        int brokenOff = 0;
        for (Fault fault : wanted) {
            System.err.printf("%d of %d: %s%n", results.size() - 1, wanted.size(), fault);
            Instant begun = Instant.now();
            FaultResult result = ran(fault);
            note(result, begun);
            brokenOff = result.isBrokenOff() ? brokenOff + 1 : 0;
            if (brokenOff == MAX_BROKEN_OFF) {
                System.err.println("The cluster does not recover: the rest would say nothing.");
                break;
            }
        }
        return summary();
    }

    /** A run that cannot be carried through is a result like others; the next one may be. */
    private FaultResult ran(Fault fault) throws IOException {
        try {
            return newRun(fault).run();
        } catch (IllegalStateException | ConditionTimeoutException | KubernetesClientException e) {
            e.printStackTrace();
            return FaultResult.brokenOff(fault, String.valueOf(e.getMessage()));
        }
    }

    private FaultRun newRun(Fault fault) {
        return new FaultRun(lab, programs, fault, "fault-" + (results.size() + 1));
    }

    private void note(FaultResult result, Instant begun) {
        results.add(result);
        System.out.println(result.row());
        System.err.printf(
                "    %s, %d s%n", result.row(), Duration.between(begun, Instant.now()).toSeconds());
    }

    private boolean summary() {
        long two = count("TWO COPIES");
        long none = count("one copy:");
        long leftovers = count("leftovers:");
        long bad = results.stream().filter(result -> !result.wrong().isEmpty()).count();
        System.out.printf(
                "%d runs: %d with two copies, %d with none, %d with leftovers, %d with anything"
                        + " wrong%n",
                results.size(), two, none, leftovers, bad);
        return bad == 0;
    }

    private long count(String kind) {
        return results.stream()
                .filter(result -> result.wrong().stream().anyMatch(what -> what.startsWith(kind)))
                .count();
    }
}

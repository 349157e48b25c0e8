package dev.podmigration.e2e.fault;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;

import dev.podmigration.e2e.docs.MarkedPage;
import dev.podmigration.e2e.lab.Installation;
import dev.podmigration.e2e.lab.Lab;

import io.fabric8.kubernetes.client.KubernetesClientException;

import org.awaitility.core.ConditionTimeoutException;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Breaks one migration after the other. Each row of the report goes to standard output as soon as
 * it is known; what a person needs to understand a bad one goes to standard error.
 */
public final class FaultSuite {
    /** In a row. */
    private static final int MAX_BROKEN_OFF = 3;

    private final Lab lab;
    private final List<FaultyProgram> programs;
    private final FaultReport report = FaultReport.parse("");
    private final FaultOptions options;
    private final Optional<MarkedPage> page;

    private FaultSuite(Lab lab, FaultOptions options) {
        this.lab = lab;
        this.options = options;
        this.page = options.page().map(path -> new MarkedPage(path, "bench/faults"));
        this.programs =
                List.of(
                        FaultyProgram.agent(lab, FaultRun.SOURCE_AGENT, NODE_A),
                        FaultyProgram.agent(lab, FaultRun.TARGET_AGENT, NODE_B),
                        FaultyProgram.operator(lab));
    }

    /**
     * A run of a schedule.
     *
     * @param name the same whenever the same schedule is run
     */
    private record Planned(String name, Fault fault) {}

    public static void main(String[] arguments) throws IOException {
        FaultOptions options = FaultOptions.parse(arguments);
        boolean good;
        try (Installation installation = Installation.make()) {
            good = new FaultSuite(installation.lab(), options).run();
        }
        if (!good) {
            System.exit(1);
        }
    }

    private boolean run() throws IOException {
        System.out.print(FaultReport.HEADER);
        FaultRun forward = newRun(new Planned("0", new Fault.None()));
        note("0", forward.run(), Instant.now());
        FaultRun back = newRun(new Planned("00", new Fault.Flip()));
        note("00", back.run(), Instant.now());
        List<Planned> wanted = planned(new FaultSchedule(forward.passed(), back.passed()));
        int brokenOff = 0;
        int last = Math.min(options.to(), wanted.size());
        for (int number = options.from(); number <= last; number++) {
            Planned next = wanted.get(number - 1);
            if (!isWanted(next)) {
                continue;
            }
            System.err.printf("%d of %d: %s%n", number, wanted.size(), next.fault());
            Instant begun = Instant.now();
            FaultResult result = ran(next);
            note(next.name(), result, begun);
            brokenOff = result.isBrokenOff() ? brokenOff + 1 : 0;
            if (brokenOff == MAX_BROKEN_OFF) {
                System.err.println("The cluster does not recover: the rest would say nothing.");
                break;
            }
        }
        System.out.println(report.summary());
        return report.isWell();
    }

    private List<Planned> planned(FaultSchedule schedule) {
        List<Planned> planned = new ArrayList<>();
        if (options.matrix()) {
            for (Fault fault : schedule.matrix()) {
                planned.add(new Planned(nameInMatrix(fault), fault));
            }
        }
        if (options.random() > 0) {
            System.err.printf("%d random faults of seed %d%n", options.random(), options.seed());
            int number = 0;
            for (Fault fault : schedule.random(options.random(), options.seed())) {
                number++;
                planned.add(new Planned("s" + options.seed() + "r" + number, fault));
            }
        }
        return planned;
    }

    /** By what it is: its number changes with the points that were learned. */
    private static String nameInMatrix(Fault fault) {
        return "m%08x".formatted((fault.getClass().getSimpleName() + fault).hashCode());
    }

    private boolean isWanted(Planned planned) throws IOException {
        return planned.fault().toString().contains(options.only())
                && !(options.missing() && isInPage(planned.name()));
    }

    private boolean isInPage(String name) throws IOException {
        return FaultReport.parse(page.orElseThrow().read()).has(name);
    }

    /** A run that cannot be carried through is a result like others; the next one may be. */
    private FaultResult ran(Planned planned) throws IOException {
        try {
            return newRun(planned).run();
        } catch (IllegalStateException | ConditionTimeoutException | KubernetesClientException e) {
            e.printStackTrace();
            return FaultResult.brokenOff(planned.fault(), String.valueOf(e.getMessage()));
        }
    }

    private FaultRun newRun(Planned planned) {
        return new FaultRun(lab, programs, planned.fault(), "fault-" + planned.name());
    }

    /** At once, also in the page: a run of hours may be ended before its end. */
    private void note(String name, FaultResult result, Instant begun) throws IOException {
        FaultReport.Row row = FaultReport.Row.of(name, result);
        report.put(row);
        System.out.println(row);
        System.err.printf(
                "    %s, %d s%n", row, Duration.between(begun, Instant.now()).toSeconds());
        if (page.isPresent()) {
            page.get()
                    .update(
                            before -> {
                                FaultReport all = FaultReport.parse(before);
                                all.put(row);
                                return all.text();
                            });
        }
    }
}

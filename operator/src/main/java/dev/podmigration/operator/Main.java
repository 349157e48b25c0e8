package dev.podmigration.operator;

import dev.podmigration.fault.FaultPoints;
import dev.podmigration.operator.settings.Settings;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The operator as a program. */
@Command(
        name = "operator",
        mixinStandardHelpOptions = true,
        description =
                "Plans and drives pod migrations. Options can also be given as environment"
                        + " variables.")
public final class Main implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    /** Less than the grace period of a pod. */
    private static final long STOP_SECONDS = 20;

    @Mixin private final Settings settings = new Settings();

    public static void main(String[] arguments) {
        int code = new CommandLine(new Main()).execute(arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws Exception {
        CountDownLatch wanted = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(wanted, done), "stop"));
        // Halted and not ended: nothing may be finished any more.
        try (KubernetesClient client = new KubernetesClientBuilder().build();
                MigrationOperator operator =
                        new MigrationOperator(
                                client,
                                settings,
                                FaultPoints.clock(),
                                () -> Runtime.getRuntime().halt(1))) {
            operator.start();
            wanted.await();
        } finally {
            done.countDown();
        }
        return 0;
    }

    /** Holds the end of the JVM up until the lease is given back. */
    private static void stop(CountDownLatch wanted, CountDownLatch done) {
        wanted.countDown();
        try {
            if (!done.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Not stopped after {} s", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

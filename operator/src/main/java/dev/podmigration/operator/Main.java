package dev.podmigration.operator;

import dev.podmigration.operator.settings.Settings;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** The operator as a program. */
@Command(
        name = "operator",
        mixinStandardHelpOptions = true,
        description =
                "Plans and drives pod migrations. Options can also be given as environment"
                        + " variables.")
public final class Main implements Callable<Integer> {

    @Mixin private final Settings settings = new Settings();

    public static void main(String[] arguments) {
        int code = new CommandLine(new Main()).execute(arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        try (KubernetesClient client = new KubernetesClientBuilder().build();
                MigrationOperator operator =
                        new MigrationOperator(client, settings, Clock.systemUTC())) {
            Runtime.getRuntime().addShutdownHook(new Thread(stopped::countDown, "stop"));
            operator.start();
            stopped.await();
        }
        return 0;
    }
}

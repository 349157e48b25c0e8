package dev.podmigration.agent.install;

import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostCommand;
import dev.podmigration.agent.linux.Signal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * Makes CRI-O use runtime handlers that were added to its configuration.
 *
 * <p>A reload by SIGHUP is not enough: CRI-O 1.36 reloads its server's copy of the configuration
 * (server/server.go), so that its status shows the handler, but its runtime still has the old table
 * and every pod of the handler fails with "failed to find runtime handler". So it is restarted,
 * which leaves containers alone: their monitors are processes of their own.
 */
interface CrioService {

    /** Whether this process had the file to read when it started. */
    boolean hasRead(CrioProcess process, Path file) throws IOException;

    void restart(CrioProcess process) throws IOException, InterruptedException;

    /**
     * By systemd where it runs; otherwise the process is ended and whoever supervises it starts it
     * again.
     */
    record OfNode(Host host, HostCommand command) implements CrioService {

        private static final Duration LIMIT = Duration.ofSeconds(90);

        @Override
        public boolean hasRead(CrioProcess process, Path file) throws IOException {
            Instant started =
                    ProcessHandle.of(process.pid())
                            .flatMap(found -> found.info().startInstant())
                            .orElse(Instant.EPOCH);
            return Files.exists(file)
                    && started.isAfter(Files.getLastModifiedTime(file).toInstant());
        }

        @Override
        public void restart(CrioProcess process) throws IOException, InterruptedException {
            if (Files.isDirectory(host.path("/run/systemd/system"))) {
                command.run(LIMIT, "systemctl", "restart", "crio.service").orThrow();
            } else {
                Signal.TERMINATE.send(process.pid());
            }
        }
    }
}

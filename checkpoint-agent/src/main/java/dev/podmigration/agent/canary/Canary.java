package dev.podmigration.agent.canary;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostCommand;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.runtime.CrioConfiguration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Dumps and restores a small program with the node's own runtime. {@code criu check} says "Looks
 * good" on kernels where every dump fails: only this tells.
 */
public final class Canary {

    private static final Logger LOG = LoggerFactory.getLogger(Canary.class);

    private final Host host;
    private final HostCommand command;

    /**
     * Dumps and restores with the programs of this node.
     *
     * @param command runs programs of the node
     */
    public Canary(Host host, HostCommand command) {
        this.host = host;
        this.command = command;
    }

    /** Takes some seconds; one at a time on a node. */
    public List<Proof> prove(CrioConfiguration configuration)
            throws IOException, InterruptedException {
        List<Proof> proofs = new ArrayList<>();
        String runtime = configuration.defaultHandler().path();
        for (Trial trial : Trial.values()) {
            CanaryRun run =
                    new CanaryRun(host, command, runtime, configuration.systemdCgroups(), trial);
            // What an agent left that was killed.
            run.clear();
            try {
                proofs.addAll(tried(trial, run));
            } finally {
                run.clear();
            }
        }
        HostTree.delete(host.path(CanaryPlace.BASE));
        return proofs;
    }

    private List<Proof> tried(Trial trial, CanaryRun run) throws InterruptedException {
        Optional<String> noDump =
                failure(
                        trial,
                        () -> {
                            run.start(CanaryBundle.ownRoot(host));
                            run.dump();
                        });
        Optional<String> noRestore = noDump.isPresent() ? noDump : failure(trial, run::restore);
        Proof restored =
                new Proof(
                        trial.ability(),
                        noRestore.isEmpty(),
                        noRestore.orElse("A process was dumped and restored, and went on."));
        return trial == Trial.PLAIN
                ? List.of(
                        new Proof(
                                "Checkpoint",
                                noDump.isEmpty(),
                                noDump.orElse("A process was dumped.")),
                        restored)
                : List.of(restored);
    }

    private interface Attempt {
        void make() throws AgentFailure, IOException, InterruptedException;
    }

    private static Optional<String> failure(Trial trial, Attempt attempt)
            throws InterruptedException {
        try {
            attempt.make();
            return Optional.empty();
        } catch (AgentFailure | IOException e) {
            LOG.warn("The canary {} failed.", trial, e);
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}

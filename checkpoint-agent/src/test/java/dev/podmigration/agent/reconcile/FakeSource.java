package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.source.FreezeReport;
import dev.podmigration.agent.source.SourceAgent;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.PodCheckpoint;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** A node with one pod that can leave it. What is asked of it is noted, in its order. */
final class FakeSource implements SourceAgent {

    static final FreezeReport REPORT =
            new FreezeReport(
                    Instant.parse("2026-08-01T10:00:00Z"),
                    Optional.of(Duration.ofMillis(321)),
                    List.of(),
                    4096,
                    512,
                    0,
                    List.of("10.9.0.2/24"));

    private final List<String> asked = new ArrayList<>();
    private @Nullable AgentFailure inspection;
    private @Nullable IOException forgetting;
    private @Nullable CompletableFuture<FreezeReport> freeze;
    private @Nullable AgentFailure failure;
    private @Nullable Runnable frozen;
    private Runnable settling = () -> {};
    private Outcome outcome = Outcome.ROLLED_BACK;
    private boolean begun;
    private boolean fenced;
    private Runnable toTell = () -> {};

    synchronized List<String> asked() {
        return List.copyOf(asked);
    }

    synchronized void failInspection(AgentFailure failure) {
        inspection = failure;
    }

    /** The node cannot be cleaned, until this is called with null. */
    synchronized void refuseToForget(@Nullable IOException why) {
        forgetting = why;
    }

    /** The next freeze goes on until it is given up. */
    synchronized void hangInTheFreeze() {
        freeze = new CompletableFuture<>();
    }

    /** What happens while the node brings the pod to its end. */
    synchronized void whenSettled(Outcome end, Runnable meanwhile) {
        outcome = end;
        settling = meanwhile;
    }

    /** An agent before this one froze the pod. */
    synchronized void beginBeforeARestart() {
        begun = true;
    }

    /** Says late that the pod is frozen. */
    synchronized void sayFrozen() {
        if (frozen != null) {
            frozen.run();
        }
    }

    private synchronized void note(String what) {
        asked.add(what);
    }

    @Override
    public List<String> reserved(String checkpointUid) {
        return List.of("10.9.0.2");
    }

    @Override
    public Inspected inspect(PodCheckpoint checkpoint) throws AgentFailure {
        note("inspect");
        AgentFailure failure;
        synchronized (this) {
            failure = inspection;
        }
        if (failure != null) {
            throw failure;
        }
        InspectedContainer container = new InspectedContainer();
        container.setName("main");
        return new Inspected(List.of(container), List.of(), 512);
    }

    @Override
    public void prepare(PodCheckpoint checkpoint) {
        note("prepare");
    }

    @Override
    public synchronized boolean hasBegun(PodCheckpoint checkpoint) {
        return begun;
    }

    @Override
    public FreezeReport migrate(PodCheckpoint checkpoint, Runnable tellFrozen) throws AgentFailure {
        note("migrate");
        CompletableFuture<FreezeReport> hanging;
        synchronized (this) {
            begun = true;
            frozen = tellFrozen;
            hanging = freeze;
        }
        if (hanging == null) {
            synchronized (this) {
                outcome = Outcome.GRANTED;
            }
            return REPORT;
        }
        tellFrozen.run();
        try {
            return hanging.get();
        } catch (ExecutionException e) {
            AgentFailure why = (AgentFailure) e.getCause();
            synchronized (this) {
                failure = why;
            }
            throw why;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void giveUp(String checkpointUid, AgentFailure why) {
        note("giveUp");
        CompletableFuture<FreezeReport> hanging;
        synchronized (this) {
            hanging = freeze;
        }
        if (hanging != null) {
            hanging.completeExceptionally(why);
        }
    }

    @Override
    public synchronized Attempt attempt(String checkpointUid) {
        return new Attempt(
                failure == null ? Optional.empty() : Optional.of(REPORT),
                Optional.ofNullable(failure));
    }

    @Override
    public Outcome settle(PodCheckpoint checkpoint) {
        note("settle");
        Runnable meanwhile;
        synchronized (this) {
            meanwhile = settling;
        }
        meanwhile.run();
        synchronized (this) {
            return outcome;
        }
    }

    @Override
    public Archived archive(PodCheckpoint checkpoint) {
        note("archive");
        return new Archived(List.of("/var/lib/kubelet/checkpoints/a.tar"));
    }

    @Override
    public synchronized boolean forget(PodCheckpoint checkpoint, Runnable again)
            throws IOException {
        note("forget");
        if (forgetting != null) {
            throw forgetting;
        }
        toTell = again;
        return !fenced;
    }

    /** The pod is not gone yet. */
    synchronized void fence() {
        fenced = true;
    }

    /** The pod is gone. */
    synchronized void lift() {
        fenced = false;
        toTell.run();
    }
}

package dev.podmigration.agent.source;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Work beside the freeze's own thread. */
final class Background {

    private Background() {}

    static <T> CompletableFuture<T> call(String name, Callable<T> task) {
        CompletableFuture<T> done = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .name(name)
                .start(
                        () -> {
                            try {
                                done.complete(task.call());
                            } catch (Exception e) {
                                done.completeExceptionally(e);
                            }
                        });
        return done;
    }

    /** The result, or what the work failed with. */
    static <T> T await(CompletableFuture<T> work, Duration limit)
            throws AgentFailure, IOException, InterruptedException {
        try {
            return work.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case AgentFailure failure -> throw failure;
                case BrokenLinkException broken -> throw broken.failure();
                case IOException failure -> throw failure;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        } catch (TimeoutException e) {
            throw new AgentFailure(
                    FailureReason.FreezeLimitExceeded,
                    "Not everything was sent within the freeze limit",
                    e);
        }
    }
}

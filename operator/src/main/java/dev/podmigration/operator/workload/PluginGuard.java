package dev.podmigration.operator.workload;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls the code of plugins: whatever they throw, and if they never return, the caller goes on. A
 * call that is over its time is interrupted; if it ignores that, its thread stays until it ends.
 */
public final class PluginGuard {

    private static final Logger LOG = LoggerFactory.getLogger(PluginGuard.class);

    private PluginGuard() {}

    /**
     * Calls a plugin.
     *
     * @param plugin its name, for the failure
     * @param what what it is asked for, for the failure: "detect"
     * @throws PluginException if it throws, returns null, or does not return in time
     */
    public static <T> T call(String plugin, String what, Duration limit, Callable<T> code)
            throws PluginException {
        FutureTask<T> task = new FutureTask<>(code);
        Thread thread = Thread.ofVirtual().name("plugin " + plugin + " " + what).unstarted(task);
        thread.start();
        try {
            T answer = task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (answer == null) {
                throw broken(plugin, what, "returned null", null);
            }
            return answer;
        } catch (ExecutionException e) {
            throw broken(plugin, what, "threw " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            task.cancel(true);
            throw broken(plugin, what, "did not return within " + limit.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw broken(plugin, what, "was interrupted", e);
        }
    }

    private static PluginException broken(
            String plugin, String what, String how, @Nullable Throwable e) {
        LOG.warn("Plugin {} {} in {}", plugin, how, what, e);
        return new PluginException(
                Failure.of(
                        FailureReason.PluginFailed,
                        "Plugin " + plugin + " " + how + " when it was asked to " + what + "."),
                e);
    }
}

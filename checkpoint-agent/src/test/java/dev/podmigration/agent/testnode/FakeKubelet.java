package dev.podmigration.agent.testnode;

import dev.podmigration.agent.runtime.Kubelet;
import dev.podmigration.agent.runtime.KubeletAnswer;

import java.time.Duration;

/** A kubelet whose checkpoints are what the test does in its place. */
public final class FakeKubelet implements Kubelet {

    /** What CRI-O and CRIU would do. */
    public interface Checkpoint {
        KubeletAnswer take(String container) throws Exception;
    }

    private volatile Checkpoint checkpoint =
            container -> {
                throw new AssertionError("nobody expected a checkpoint of " + container);
            };

    public void checkpoints(Checkpoint next) {
        checkpoint = next;
    }

    @Override
    public KubeletAnswer checkpoint(
            String namespace, String pod, String container, Duration limit) {
        try {
            return checkpoint.take(container);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}

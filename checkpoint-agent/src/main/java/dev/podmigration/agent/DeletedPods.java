package dev.podmigration.agent;

import dev.podmigration.agent.reconcile.HalfController;
import dev.podmigration.agent.reconcile.NodePods;
import dev.podmigration.agent.target.NodeTarget;
import dev.podmigration.api.v1alpha1.PodCheckpoint;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/** Who has to know that a pod of this node is deleted. */
record DeletedPods(HalfController<PodCheckpoint> checkpoints, NodeTarget target)
        implements NodePods.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(DeletedPods.class);

    @Override
    public void deleted(String podUid) {
        checkpoints.wake(found -> podUid.equals(found.getSpec().getPodUid()));
    }

    @Override
    public void targetDeleted(String podUid) {
        try {
            target.refuse(podUid);
        } catch (IOException e) {
            // Then the launcher waits for as long as it does for anybody.
            LOG.warn("The launcher of pod {} could not be told that nobody comes", podUid, e);
        }
    }

    @Override
    public void targetGone(String podUid) {
        try {
            target.forgetRefused(podUid);
        } catch (IOException e) {
            // The janitor finds it.
            LOG.warn("The mark of pod {} stays behind for now", podUid, e);
        }
    }
}

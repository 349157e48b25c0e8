package dev.podmigration.agent.commit;

import java.io.IOException;
import java.util.Set;

/**
 * Keeps the node's runtime from making containers of a pod whose source has granted. A kubelet that
 * comes up after a power failure starts every pod that the API server still has for its node, long
 * before an agent could look; so what was refused stays refused until it is allowed, whatever
 * happens to the node.
 */
public interface StartGuard {

    /** Where nothing is to be guarded: no kubelet, or none that starts anything. */
    StartGuard NONE =
            new StartGuard() {
                @Override
                public void prepare(String podUid) {}

                @Override
                public void refuse(String podUid) {}

                @Override
                public void allow(String podUid) {}

                @Override
                public void allowAllBut(Set<String> podUids) {}
            };

    /** Does what takes time or room while the pod still runs. Nothing is refused yet. */
    void prepare(String podUid) throws IOException;

    /** Returns when it is on the disk. May be repeated. */
    void refuse(String podUid) throws IOException;

    /** Takes back what was prepared or refused, if anything was. */
    void allow(String podUid) throws IOException;

    /** Takes back what agents before this one left for pods other than these. */
    void allowAllBut(Set<String> podUids) throws IOException;
}

package dev.podmigration.agent.testnode;

import dev.podmigration.agent.commit.StartGuard;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** Remembers what is refused, and can be told that its disk is broken. */
public final class FakeGuard implements StartGuard {

    private final Set<String> prepared = new HashSet<>();
    private final Set<String> refused = new HashSet<>();
    private boolean broken;

    public Set<String> refused() {
        return Set.copyOf(refused);
    }

    public Set<String> prepared() {
        return Set.copyOf(prepared);
    }

    public void breakDisk() {
        broken = true;
    }

    @Override
    public void prepare(String podUid) {
        prepared.add(podUid);
    }

    @Override
    public void refuse(String podUid) throws IOException {
        if (broken) {
            throw new IOException("the disk is broken");
        }
        refused.add(podUid);
    }

    @Override
    public void allow(String podUid) {
        prepared.remove(podUid);
        refused.remove(podUid);
    }

    @Override
    public void allowAllBut(Set<String> podUids) {
        prepared.clear();
        refused.retainAll(podUids);
    }
}

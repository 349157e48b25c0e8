package dev.podmigration.agent.target;

import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetDecision;
import dev.podmigration.agent.commit.TargetEvent;
import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.launcher.RestoreMark;

import java.io.IOException;

/** What has to be decided while a pod is restored. Each decision is on disk when it is returned. */
interface RunDecisions {

    /** Whether launchers may be told to restore; the processes stay stopped. */
    boolean mayRestore() throws IOException;

    /** Everything is restored and stopped: whether the source has to be asked for the grant. */
    boolean mustAsk() throws IOException;

    /** The source was asked and somebody wants an end: whether its answer counts all the same. */
    boolean mustWait() throws IOException;

    /** Everything is restored and granted: whether the processes may run. */
    boolean mayRun() throws IOException;

    /** The run has failed: whether what it has restored is to be killed. */
    boolean giveUp() throws IOException;

    /** For a pod that exists before its source is frozen: the grant is asked for at the end. */
    static RunDecisions asking(TargetCommit commit, NodeDirectories directories, String podUid) {
        return new RunDecisions() {
            @Override
            public boolean mayRestore() throws IOException {
                return commit.decide(podUid, TargetEvent.VERIFIED) == TargetDecision.Action.RESTORE;
            }

            @Override
            public boolean mustAsk() throws IOException {
                return commit.decide(podUid, TargetEvent.COMPLETE) == TargetDecision.Action.ASK;
            }

            @Override
            public boolean mustWait() throws IOException {
                return commit.decide(podUid, TargetEvent.GIVE_UP) == TargetDecision.Action.ASK;
            }

            @Override
            public boolean mayRun() throws IOException {
                return commit.decide(podUid, TargetEvent.GRANTED) == TargetDecision.Action.RESUME;
            }

            @Override
            public boolean giveUp() throws IOException {
                TargetDecision.Action action = commit.decide(podUid, TargetEvent.GIVE_UP);
                if (action == TargetDecision.Action.ASK) {
                    // What is over cannot run any more, whatever the answer would be.
                    action = commit.decide(podUid, TargetEvent.MEMORY_LOST);
                }
                if (action != TargetDecision.Action.KILL) {
                    return false;
                }
                RestoreMark.CANCELLED.set(directories, podUid);
                return true;
            }
        };
    }
}

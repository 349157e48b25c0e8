package dev.podmigration.agent.janitor;

import dev.podmigration.agent.commit.ReceiverCommit;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.SourceCommit;
import dev.podmigration.agent.commit.SourceRecord;
import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.runtime.ContainerRuntime;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Records of what has ended and whose object and pod are gone without their agent having been
 * asked, because somebody took the finalizer away. A record that has not ended is not even listed.
 */
record EndedRecords(
        ContainerRuntime runtime,
        SourceCommit sources,
        TargetCommit targets,
        ReceiverCommit receivers)
        implements Store {

    private static final String SOURCE = "checkpoint/";
    private static final String TARGET = "restore/";
    private static final String RECEIVER = "reception/";

    @Override
    public Holding.Kind kind() {
        return Holding.Kind.RECORD;
    }

    @Override
    public List<Holding> list() throws IOException {
        List<Holding> ended = new ArrayList<>();
        for (SourceRecord record : sources.all()) {
            switch (record.state()) {
                case ROLLED_BACK, RELEASED -> ended.add(holding(SOURCE, record.name()));
                case FROZEN, GRANTED -> {}
            }
        }
        for (TargetRecord record : targets.all()) {
            switch (record.state()) {
                case RESUMED, CANCELLED -> ended.add(holding(TARGET, record.podUid()));
                case ARMED, RESTORING, ASKED -> {}
            }
        }
        for (ReceiverRecord record : receivers.all()) {
            switch (record.state()) {
                case RESUMED, STARTED_ANEW, CANCELLED ->
                        ended.add(holding(RECEIVER, record.name()));
                case RECEIVING, ASKED, GRANTED -> {}
            }
        }
        return ended;
    }

    private Holding holding(String prefix, String name) {
        return new Holding(kind(), prefix + name, 0);
    }

    @Override
    public boolean isNeeded(Holding holding, Needs needs) throws IOException {
        for (String uid : about(uid(holding))) {
            // What a launcher obeys, and a fence, stay as long as there is a sandbox.
            if (needs.objects().contains(uid) || runtime.pod(uid).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** The uids of the object and the pod that a record is about. */
    private Set<String> about(String name) throws IOException {
        Set<String> uids = new HashSet<>(Set.of(name));
        sources.record(name).ifPresent(record -> uids.add(record.podUid()));
        targets.record(name).ifPresent(record -> uids.add(record.restore().uid()));
        receivers.record(name).map(ReceiverRecord::podUid).ifPresent(uids::add);
        return uids;
    }

    @Override
    public void remove(Holding holding) throws IOException {
        String name = uid(holding);
        if (holding.name().startsWith(SOURCE)) {
            sources.forget(name);
        } else if (holding.name().startsWith(TARGET)) {
            targets.forget(name);
        } else {
            receivers.forget(name);
        }
    }

    private static String uid(Holding holding) {
        return holding.name().substring(holding.name().indexOf('/') + 1);
    }
}

package dev.podmigration.agent.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.agent.testnode.FakeGuard;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** All members of a group grant, or none does, wherever the agent dies. */
class GroupCommitTest {

    private static final GroupRecord GROUP = GroupRecord.open("shop/move-all", List.of("c2", "c1"));

    @TempDir Path directory;

    private final FakeGuard guard = new FakeGuard();
    private SourceCommit commit;

    @BeforeEach
    void open() throws Exception {
        commit = newAgent();
    }

    @Test
    void nobodyIsGrantedBeforeAllHaveAsked() throws Exception {
        beginBoth();

        assertThat(grant("c1")).isEqualTo(SourceDecision.Action.WAIT);
        assertThat(grant("c1")).as("again").isEqualTo(SourceDecision.Action.WAIT);
        assertThat(states()).containsExactly(SourceState.FROZEN, SourceState.FROZEN);

        assertThat(grant("c2")).isEqualTo(SourceDecision.Action.GRANT);
        assertThat(states()).containsExactly(SourceState.GRANTED, SourceState.GRANTED);
        assertThat(grant("c1")).isEqualTo(SourceDecision.Action.GRANT);
    }

    @Test
    void nobodysNodeStartsAMemberOnceAllAreGranted() throws Exception {
        beginBoth();
        grant("c1");
        assertThat(guard.refused()).isEmpty();

        grant("c2");

        assertThat(guard.refused()).containsExactlyInAnyOrder("p1", "p2");
    }

    @Test
    void withoutTheGuardNoneOfThemIsGranted() throws Exception {
        beginBoth();
        grant("c1");
        guard.breakDisk();

        assertThatThrownBy(() -> grant("c2")).isInstanceOf(IOException.class);

        assertThat(states()).containsExactly(SourceState.FROZEN, SourceState.FROZEN);
    }

    @Test
    void aMemberThatHasNotBegunHasNotAsked() throws Exception {
        commit.begin(member("c1"), GROUP);

        assertThat(grant("c1")).isEqualTo(SourceDecision.Action.WAIT);
        assertThat(grant("c2")).isEqualTo(SourceDecision.Action.REFUSE);
    }

    @Test
    void anotherRestoreDoesNotAskForAMember() throws Exception {
        beginBoth();
        grant("c1");

        assertThat(commit.grant("c2", "r1")).isEqualTo(SourceDecision.Action.REFUSE);

        assertThat(states()).containsExactly(SourceState.FROZEN, SourceState.FROZEN);
    }

    @Test
    void oneThatGivesUpTakesAllBack() throws Exception {
        beginBoth();
        grant("c1");
        grant("c1");

        assertThat(commit.decide("c2", SourceEvent.GIVE_UP)).isEqualTo(SourceDecision.Action.THAW);

        assertThat(states()).containsExactly(SourceState.ROLLED_BACK, SourceState.ROLLED_BACK);
        assertThat(grant("c2")).isEqualTo(SourceDecision.Action.REFUSE);
        assertThat(grant("c1")).isEqualTo(SourceDecision.Action.REFUSE);
        assertThat(commit.decide("c1", SourceEvent.GIVE_UP)).isEqualTo(SourceDecision.Action.THAW);
    }

    @Test
    void oneThatGivesUpAfterAllHaveAskedTakesNobodyBack() throws Exception {
        beginBoth();
        grant("c1");
        grant("c2");

        assertThat(commit.decide("c1", SourceEvent.GIVE_UP)).isEqualTo(SourceDecision.Action.NONE);

        assertThat(states()).containsExactly(SourceState.GRANTED, SourceState.GRANTED);
    }

    @Test
    void aGroupThatWasGivenUpIsNotJoined() throws Exception {
        commit.begin(member("c1"), GROUP);
        commit.decide("c1", SourceEvent.GIVE_UP);

        assertThat(commit.begin(member("c2"), GROUP)).isFalse();

        assertThat(commit.record("c2")).isEmpty();
    }

    @Test
    void aPodThatMovesAloneIsNoMember() throws Exception {
        assertThatThrownBy(() -> commit.begin(member("c1").in(GROUP)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAgentThatDiesBeforeTheGroupsRecordTakesAllBack() throws Exception {
        beginBoth();
        grant("c1");

        commit = newAgent();

        assertThat(commit.decide("c1", SourceEvent.RESTARTED))
                .isEqualTo(SourceDecision.Action.THAW);
        assertThat(grant("c2")).isEqualTo(SourceDecision.Action.REFUSE);
        assertThat(states()).containsExactly(SourceState.ROLLED_BACK, SourceState.ROLLED_BACK);
    }

    @Test
    void whoHasAskedIsForgottenWithTheAgent() throws Exception {
        beginBoth();
        grant("c1");

        commit = newAgent();

        assertThat(grant("c2")).isEqualTo(SourceDecision.Action.WAIT);
        assertThat(grant("c1")).isEqualTo(SourceDecision.Action.GRANT);
    }

    /** Between the record of the group and those of the members. */
    @Test
    void anAgentThatDiesAfterTheGroupsRecordHasGrantedAll() throws Exception {
        beginBoth();
        groups().write(GROUP.id(), GROUP.with(GroupState.GRANTED));

        commit = newAgent();

        assertThat(states()).containsExactly(SourceState.GRANTED, SourceState.GRANTED);
        assertThat(commit.decide("c1", SourceEvent.RESTARTED))
                .isEqualTo(SourceDecision.Action.NONE);
        assertThat(commit.decide("c2", SourceEvent.RESTARTED))
                .isEqualTo(SourceDecision.Action.NONE);
        assertThat(grant("c1")).isEqualTo(SourceDecision.Action.GRANT);
        assertThat(written("c2")).isEqualTo(SourceState.GRANTED);
    }

    /** Between the roll back of the group and that of its second member. */
    @Test
    void anAgentThatDiesAfterARollBackHasTakenAllBack() throws Exception {
        beginBoth();
        commit.decide("c1", SourceEvent.GIVE_UP);
        assertThat(written("c2")).isEqualTo(SourceState.FROZEN);

        commit = newAgent();

        assertThat(commit.decide("c2", SourceEvent.RESTARTED))
                .isEqualTo(SourceDecision.Action.THAW);
        assertThat(written("c2")).isEqualTo(SourceState.ROLLED_BACK);
    }

    /** None is worse than not together. */
    @Test
    void aMemberWhoseTargetNeverRanComesBackAlone() throws Exception {
        beginBoth();
        grant("c1");
        grant("c2");
        grant("c1");

        assertThat(commit.decide("c1", SourceEvent.TARGET_NEVER_RESUMED))
                .isEqualTo(SourceDecision.Action.THAW);

        assertThat(states()).containsExactly(SourceState.ROLLED_BACK, SourceState.GRANTED);
    }

    @Test
    void aMemberWhosePodIsDeletedIsReleasedEvenIfOnlyTheGroupSaysThatItHasGranted()
            throws Exception {
        beginBoth();
        grant("c1");
        grant("c2");
        assertThat(written("c1")).isEqualTo(SourceState.FROZEN);

        assertThat(commit.decide("c1", SourceEvent.POD_DELETED))
                .isEqualTo(SourceDecision.Action.KILL);
    }

    @Test
    void theGroupIsForgottenWithItsLastMember() throws Exception {
        beginBoth();
        commit.decide("c1", SourceEvent.GIVE_UP);
        commit.decide("c2", SourceEvent.GIVE_UP);

        commit.forget("c1");
        assertThat(groups().names()).containsExactly("c1");
        commit.forget("c2");

        assertThat(groups().names()).isEmpty();
    }

    @Test
    void aGroupWithoutMembersIsForgottenByTheNextAgent() throws Exception {
        groups().write(GROUP.id(), GROUP);

        commit.forgetUnneededGroups();

        assertThat(groups().names()).isEmpty();
    }

    @Test
    void aFrozenMemberIsNotForgotten() throws Exception {
        beginBoth();
        grant("c1");
        grant("c2");
        assertThat(written("c1")).isEqualTo(SourceState.FROZEN);

        assertThatThrownBy(() -> commit.forget("c1")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void allCanBeGrantedOnADiskThatIsFull() throws Exception {
        Assumptions.assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
                "mounts need root");
        run("mount", "-t", "tmpfs", "-o", "size=64k", "full", directory.toString());
        try {
            commit = newAgent();
            beginBoth();
            assertThatThrownBy(() -> Files.write(directory.resolve("filler"), new byte[1 << 20]))
                    .hasMessageContaining("No space left");

            grant("c1");
            assertThat(grant("c2")).isEqualTo(SourceDecision.Action.GRANT);
            assertThat(grant("c1")).isEqualTo(SourceDecision.Action.GRANT);
        } finally {
            run("umount", directory.toString());
        }
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private void beginBoth() throws IOException {
        assertThat(commit.begin(member("c1"), GROUP)).isTrue();
        assertThat(commit.begin(member("c2"), GROUP)).isTrue();
    }

    private SourceDecision.Action grant(String uid) throws IOException {
        return commit.grant(uid, uid.replace('c', 'r'));
    }

    /** As a restarted agent would read them. */
    private List<SourceState> states() throws IOException {
        return newAgent().all().stream().map(SourceRecord::state).toList();
    }

    private SourceState written(String uid) throws IOException {
        return sources().read(uid).orElseThrow().state();
    }

    private SourceCommit newAgent() throws IOException {
        return new SourceCommit(sources(), groups(), guard);
    }

    private RecordStore<SourceRecord> sources() throws IOException {
        return new RecordStore<>(directory.resolve("checkpoints"), SourceRecord.class);
    }

    private RecordStore<GroupRecord> groups() throws IOException {
        return new RecordStore<>(directory.resolve("groups"), GroupRecord.class);
    }

    private static SourceRecord member(String uid) {
        return new SourceRecord(
                SourceState.FROZEN,
                new ObjectKey("shop", "move-" + uid, uid),
                uid.replace('c', 'r'),
                uid.replace('c', 'p'),
                "veth0",
                7,
                List.of(),
                List.of("abc"),
                Instant.parse("2026-01-02T03:04:05Z"),
                "node-b",
                null);
    }
}

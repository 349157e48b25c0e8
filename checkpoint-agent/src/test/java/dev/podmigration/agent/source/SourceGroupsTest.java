package dev.podmigration.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.testnode.FakeCluster;
import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.CheckpointGroup;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** Who belongs together is what the API server says of all of them. */
class SourceGroupsTest {

    private static final SourceGroup.Member NOBODY =
            new SourceGroup.Member() {
                @Override
                public void giveUp(AgentFailure why) {}

                @Override
                public void grant() {}
            };

    private final FakeCluster cluster = new FakeCluster();
    private final SourceGroups groups = new SourceGroups(cluster);
    private final PodCheckpoint first = checkpoint("a", "uid-2");
    private final PodCheckpoint second = checkpoint("b", "uid-1");

    @BeforeEach
    void create() {
        cluster.checkpoint(first);
        cluster.checkpoint(second);
    }

    @Test
    void aPodWithoutAGroupMovesAlone() throws Exception {
        first.getSpec().setGroup(null);

        assertThat(groups.join(first, NOBODY)).isEmpty();
    }

    @Test
    void membersMeetInOneGroup() throws Exception {
        SourceGroup group = groups.join(first, NOBODY).orElseThrow();

        assertThat(groups.join(second, NOBODY)).containsSame(group);
        assertThat(group.record().id()).isEqualTo("uid-1");
        assertThat(group.record().members()).containsExactly("uid-1", "uid-2");
    }

    @Test
    void aMemberThatIsNotThereIsAFailure() {
        cluster.withoutCheckpoint("b");

        assertRefused("no PodCheckpoint b");
    }

    @Test
    void aMemberThatNamesAnotherGroupIsAFailure() {
        second.getSpec().getGroup().setMembers(List.of("b", "c"));

        assertRefused("no PodCheckpoint b");
    }

    @Test
    void aMemberOfAnotherNodeIsAFailure() {
        second.getSpec().setNodeName("node-c");

        assertRefused("no PodCheckpoint b");
    }

    @Test
    void aMemberThatWasRolledBackBeforeIsAFailure() {
        second.getSpec().setGoal(CheckpointGoal.RollBack);

        assertRefused("Pod pod-b of the same group is not moved any more");
    }

    @Test
    void aMemberThatHasFailedBeforeIsAFailure() {
        second.getStatus().setPhase(PodCheckpointPhase.Failed);

        assertRefused("Pod pod-b of the same group is not moved any more");
    }

    @Test
    void aGroupThatHasFailedIsRememberedUntilItsMembersAreGone() throws Exception {
        groups.join(first, NOBODY);
        groups.fail(first, new AgentFailure(FailureReason.StreamBroken, "gone"));

        assertThatThrownBy(() -> groups.join(second, NOBODY)).hasMessageContaining("gone");

        groups.forget("uid-2");
        cluster.withoutCheckpoint("a");
        assertThatThrownBy(() -> groups.join(second, NOBODY))
                .hasMessageContaining("no PodCheckpoint a");
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> groups.join(first, NOBODY))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure ->
                                assertThat(failure.reason())
                                        .isEqualTo(FailureReason.GroupMemberFailed))
                .hasMessageContaining(message);
    }

    private static PodCheckpoint checkpoint(String name, String uid) {
        PodCheckpoint checkpoint = new PodCheckpoint();
        checkpoint.setMetadata(
                new ObjectMetaBuilder().withNamespace("shop").withName(name).withUid(uid).build());
        CheckpointGroup group = new CheckpointGroup();
        group.setName("all");
        group.setMembers(List.of("a", "b"));
        checkpoint.getSpec().setPodName("pod-" + name);
        checkpoint.getSpec().setNodeName("node-a");
        checkpoint.getSpec().setGroup(group);
        checkpoint.getSpec().setGoal(CheckpointGoal.Migrate);
        return checkpoint;
    }
}

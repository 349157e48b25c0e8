package dev.podmigration.operator.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.observe.Marks;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.settings.TimeLimits;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A ReplicaSet that sees one pod too few makes another, and one too many deletes a good one. */
class SuccessionTest {

    private static final String COST = "controller.kubernetes.io/pod-deletion-cost";
    private static final String OWNER =
            "{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"name\":\"rs\",\"uid\":\"rs-uid\","
                + "\"controller\":true}";

    private final Succession succession = new Succession(TimeLimits.DEFAULT);

    @Test
    void aBarePodIsDeletedAsSoonAsItsTargetRuns() {
        Succession.Move move = next(switching().source(SuccessionTest::ready).target());

        assertThat(move.actions())
                .satisfiesExactly(
                        notReady -> assertThat(notReady).isInstanceOf(Action.MarkNotReady.class),
                        delete -> assertDeleted(delete, "app"));
    }

    @Test
    void oneThatIsBeingDeletedIsNotDeletedAgain() {
        Succession.Move move =
                next(switching().source(grace(1L).andThen(SuccessionTest::deleted)).target());

        assertThat(move.actions()).isEmpty();
    }

    @Test
    void oneThatIsBeingDeletedWithLongGraceIsHurried() {
        Succession.Move move =
                next(switching().source(grace(600L).andThen(SuccessionTest::deleted)).target());

        assertThat(move.actions())
                .singleElement()
                .satisfies(delete -> assertDeleted(delete, "app"));
    }

    @Test
    void aSourceWhoseTargetIsGoneIsDeletedAllTheSame() {
        Succession.Move move = next(switching().source(owned()).targetGone());

        assertThat(move.actions())
                .singleElement()
                .satisfies(delete -> assertDeleted(delete, "app"));
    }

    @Test
    void aTargetThatIsNotReadyYetIsWaitedFor() {
        Succession.Move move = next(switching().source(owned()).target(withheld()));

        assertThat(move.actions()).isEmpty();
        assertThat(move.lookAgain()).isEqualTo(Case.NOW.plus(TimeLimits.DEFAULT.readiness()));
    }

    @Test
    void theReplicaSetGetsTheTargetAfterTheSourceWasMadeTheOneToGo() {
        Succession.Move move =
                next(switching().source(owned()).target(withheld().andThen(SuccessionTest::ready)));

        assertThat(move.actions())
                .satisfiesExactly(
                        cost ->
                                assertThat(((Action.MarkPod) cost).annotations())
                                        .containsEntry(COST, "-2147483648"),
                        notReady -> assertThat(notReady).isInstanceOf(Action.MarkNotReady.class),
                        this::assertTakenOver);
    }

    @Test
    void itGetsOneThatNeverBecomesReadyAfterAWhile() {
        Succession.Move move =
                next(
                        switching()
                                .source(owned())
                                .target(withheld())
                                .after(TimeLimits.DEFAULT.readiness()));

        assertThat(move.actions()).last().satisfies(this::assertTakenOver);
    }

    @Test
    void aSourceThatGoesAlreadyIsNotMarked() {
        Succession.Move move =
                next(
                        switching()
                                .source(owned().andThen(SuccessionTest::deleted))
                                .target(withheld()));

        assertThat(move.actions()).singleElement().satisfies(this::assertTakenOver);
    }

    @Test
    void theReplicaSetHasSomeSecondsToDeleteTheSourceItself() {
        Case given =
                switching()
                        .source(owned())
                        .target(withheld().andThen(SuccessionTest::ready).andThen(taken()));

        assertThat(next(given.after(Duration.ofSeconds(4))).actions()).isEmpty();
        assertThat(next(given.after(Duration.ofSeconds(5))).actions())
                .singleElement()
                .satisfies(delete -> assertDeleted(delete, "app"));
    }

    /** As a StatefulSet does with a pod whose name is none of its own. */
    @Test
    void anOwnerThatTakesItselfOffTheTargetIsNotArguedWith() {
        Case given =
                switching()
                        .source(owned())
                        .target(
                                withheld()
                                        .andThen(SuccessionTest::ready)
                                        .andThen(taken())
                                        .andThen(SuccessionTest::released));

        assertThat(next(given.after(Duration.ofSeconds(4))).actions()).isEmpty();
        assertThat(next(given.after(Duration.ofSeconds(5))).actions())
                .singleElement()
                .satisfies(delete -> assertDeleted(delete, "app"));
    }

    @Test
    void aSourceThatWentByItselfLeavesItsOwnerToTheTarget() {
        assertThat(afterSource(switching().withoutSource().target(withheld())))
                .hasValueSatisfying(this::assertTakenOver);
    }

    @Test
    void inTheEndTheNotesAreTakenOffTheTarget() {
        assertThat(afterSource(switching().withoutSource().target(withheld().andThen(taken()))))
                .hasValueSatisfying(
                        tidy ->
                                assertThat(((Action.MarkPod) tidy).annotations())
                                        .containsOnlyKeys(
                                                Marks.SWITCHED_AT,
                                                Marks.WITHHELD_LABELS,
                                                Marks.OWNER)
                                        .allSatisfy((_, value) -> assertThat(value).isNull()));
        assertThat(afterSource(switching().withoutSource().target())).isEmpty();
    }

    private Succession.Move next(Case given) {
        Observation seen = given.build();
        return succession.next(seen.source().orElseThrow(), seen);
    }

    private Optional<Action> afterSource(Case given) {
        return succession.afterSource(given.build());
    }

    /** Owner and labels together: between two patches a ReplicaSet would see half a member. */
    private void assertTakenOver(Action action) {
        Action.MarkPod mark = (Action.MarkPod) action;
        assertThat(mark.pod().getMetadata().getName()).isEqualTo("app-x");
        assertThat(mark.labels()).containsEntry("pod-template-hash", "abc");
        assertThat(mark.owners()).extracting(OwnerReference::getUid).containsExactly("rs-uid");
        assertThat(mark.annotations()).containsKey(Marks.SWITCHED_AT);
    }

    private static void assertDeleted(Action action, String pod) {
        Action.DeletePod delete = (Action.DeletePod) action;
        assertThat(delete.pod().getMetadata().getName()).isEqualTo(pod);
        assertThat(delete.graceSeconds()).isEqualTo(1);
    }

    private static Case switching() {
        return Case.in(PodMigrationPhase.Switching);
    }

    private static Consumer<PodBuilder> owned() {
        return pod ->
                pod.editMetadata()
                        .addNewOwnerReference()
                        .withKind("ReplicaSet")
                        .withName("rs")
                        .withUid("rs-uid")
                        .withController(true)
                        .endOwnerReference()
                        .endMetadata();
    }

    private static Consumer<PodBuilder> withheld() {
        return pod ->
                pod.editMetadata()
                        .addToAnnotations(Marks.OWNER, OWNER)
                        .addToAnnotations(Marks.WITHHELD_LABELS, "{\"pod-template-hash\":\"abc\"}")
                        .endMetadata();
    }

    private static Consumer<PodBuilder> taken() {
        return owned().andThen(
                        pod ->
                                pod.editMetadata()
                                        .addToLabels("pod-template-hash", "abc")
                                        .addToAnnotations(Marks.SWITCHED_AT, Case.NOW.toString())
                                        .endMetadata());
    }

    private static void released(PodBuilder pod) {
        pod.editMetadata().withOwnerReferences(List.of()).endMetadata();
    }

    private static void ready(PodBuilder pod) {
        pod.editStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus();
    }

    private static void deleted(PodBuilder pod) {
        pod.editMetadata().withDeletionTimestamp(Case.NOW.toString()).endMetadata();
    }

    private static Consumer<PodBuilder> grace(long seconds) {
        return pod -> pod.editMetadata().withDeletionGracePeriodSeconds(seconds).endMetadata();
    }
}

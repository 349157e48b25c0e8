package dev.podmigration.operator.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.EffectiveLimits;
import dev.podmigration.api.v1alpha1.Limits;
import dev.podmigration.api.v1alpha1.MigrationGroup;
import dev.podmigration.api.v1alpha1.MigrationPolicy;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PolicyLimits;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.observe.Observation;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class PoliciesTest {

    private static final Map<String, String> LABELS = Map.of("app", "shop", "tier", "web");

    @Test
    void thePolicyThatNamesTheMostLabelsCounts() {
        List<MigrationPolicy> policies =
                List.of(
                        policy("a-all", Map.of()),
                        policy("z-web", Map.of("app", "shop", "tier", "web")),
                        policy("b-shop", Map.of("app", "shop")));

        assertThat(name(policies)).isEqualTo("z-web");
    }

    @Test
    void ofSeveralThatNameAsManyTheFirstByNameCounts() {
        assertThat(
                        name(
                                List.of(
                                        policy("b", Map.of("tier", "web")),
                                        policy("a", Map.of("app", "shop")))))
                .isEqualTo("a");
    }

    @Test
    void aPolicyForOtherPodsDoesNotCount() {
        assertThat(Policies.governing(LABELS, List.of(policy("a", Map.of("app", "other")))))
                .isEmpty();
    }

    @Test
    void limitsThatTheUserSetAreTheUsers() {
        MigrationPolicy policy = policy("a", Map.of());
        PolicyLimits limits = new PolicyLimits();
        limits.setFreezeSeconds(3);
        limits.setTotalSeconds(100);
        policy.getSpec().setLimits(limits);
        Limits own = new Limits();
        own.setFreezeSeconds(20);

        assertThat(Policies.limits(new Limits(), policy)).isEqualTo(EffectiveLimits.of(3, 100));
        assertThat(Policies.limits(own, policy)).isEqualTo(EffectiveLimits.of(20, 100));
    }

    @Test
    void aPolicyWithoutLimitsLeavesThemAsTheyAre() {
        assertThat(Policies.limits(new Limits(), policy("a", Map.of())))
                .isEqualTo(EffectiveLimits.of(10, 600));
    }

    @Test
    void theOldestGoOnAndTheOthersWait() {
        MigrationPolicy policy = policy("a", Map.of());
        policy.getSpec().setMaxParallel(1);
        PodMigration older = other("older", "2026-08-01T11:00:00Z", PodMigrationPhase.Pending);
        PodMigration younger = other("younger", "2026-08-01T13:00:00Z", PodMigrationPhase.Pending);

        assertThat(Policies.isFull(policy, seen(older))).isTrue();
        assertThat(Policies.isFull(policy, seen(younger))).isFalse();
    }

    @Test
    void oneThatHasBegunCountsThoughItIsYoungerAndOneThatHasEndedDoesNot() {
        MigrationPolicy policy = policy("a", Map.of());
        policy.getSpec().setMaxParallel(1);

        assertThat(
                        Policies.isFull(
                                policy,
                                seen(
                                        other(
                                                "younger",
                                                "2026-08-01T13:00:00Z",
                                                PodMigrationPhase.Armed))))
                .isTrue();
        assertThat(
                        Policies.isFull(
                                policy,
                                seen(
                                        other(
                                                "older",
                                                "2026-08-01T11:00:00Z",
                                                PodMigrationPhase.Succeeded))))
                .isFalse();
    }

    @Test
    void thePodsOfAGroupCountAsOne() {
        PodMigration[] members = {
            member("one", PodMigrationPhase.Armed), member("two", PodMigrationPhase.Armed)
        };
        MigrationPolicy policy = policy("a", Map.of());
        policy.getSpec().setMaxParallel(2);
        assertThat(Policies.isFull(policy, seen(members))).isFalse();

        policy.getSpec().setMaxParallel(1);
        assertThat(Policies.isFull(policy, seen(members))).isTrue();
    }

    @Test
    void whatFollowsAnotherPolicyIsNotCounted() {
        MigrationPolicy policy = policy("b", Map.of());
        policy.getSpec().setMaxParallel(1);

        assertThat(
                        Policies.isFull(
                                policy,
                                seen(
                                        other(
                                                "older",
                                                "2026-08-01T11:00:00Z",
                                                PodMigrationPhase.Armed))))
                .isFalse();
    }

    private static PodMigration member(String name, PodMigrationPhase phase) {
        MigrationGroup group = new MigrationGroup();
        group.setName("group");
        group.setMembers(List.of("one", "two"));
        PodMigration member = other(name, "2026-08-01T11:00:00Z", phase);
        member.getSpec().setGroup(group);
        return member;
    }

    private static Observation seen(PodMigration... others) {
        Case all = Case.in(PodMigrationPhase.Pending);
        List.of(others).forEach(all::cluster);
        return all.migration(
                        migration ->
                                migration
                                        .getMetadata()
                                        .setCreationTimestamp("2026-08-01T12:00:00Z"))
                .build();
    }

    private static PodMigration other(String name, String created, PodMigrationPhase phase) {
        PodMigration migration = new PodMigration();
        migration.getMetadata().setName(name);
        migration.getMetadata().setNamespace("ns");
        migration.getMetadata().setUid(name);
        migration.getMetadata().setCreationTimestamp(created);
        migration.getStatus().setPhase(phase);
        migration.getStatus().setPolicy("a");
        return migration;
    }

    private static MigrationPolicy policy(String name, Map<String, String> labels) {
        MigrationPolicy policy = new MigrationPolicy();
        policy.getMetadata().setName(name);
        policy.getMetadata().setNamespace("ns");
        policy.getSpec().getSelector().setMatchLabels(labels);
        return policy;
    }

    private static String name(List<MigrationPolicy> policies) {
        return Policies.governing(LABELS, policies).orElseThrow().getMetadata().getName();
    }
}

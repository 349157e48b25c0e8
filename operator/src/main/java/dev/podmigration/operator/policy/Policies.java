package dev.podmigration.operator.policy;

import dev.podmigration.api.v1alpha1.EffectiveLimits;
import dev.podmigration.api.v1alpha1.Limits;
import dev.podmigration.api.v1alpha1.MigrationGroup;
import dev.podmigration.api.v1alpha1.MigrationPolicy;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PolicyLimits;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.Pod;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Which policy counts: of those that select the pod the one whose selector names the most labels,
 * and of several the first by name. It is chosen once, when the migration begins, and written down.
 */
public final class Policies {

    private static final Comparator<MigrationPolicy> FIRST =
            Comparator.comparingInt(
                            (MigrationPolicy policy) ->
                                    policy.getSpec().getSelector().getMatchLabels().size())
                    .reversed()
                    .thenComparing(policy -> policy.getMetadata().getName());

    private static final Comparator<PodMigration> OLDEST_FIRST =
            Comparator.comparing(
                            (PodMigration migration) ->
                                    migration.getMetadata().getCreationTimestamp())
                    .thenComparing(migration -> migration.getMetadata().getUid());

    private Policies() {}

    /** The policy that counts for a pod with these labels. */
    public static Optional<MigrationPolicy> governing(
            Map<String, String> labels, List<MigrationPolicy> policies) {
        return policies.stream()
                .filter(
                        policy ->
                                labels.entrySet()
                                        .containsAll(
                                                policy.getSpec()
                                                        .getSelector()
                                                        .getMatchLabels()
                                                        .entrySet()))
                .min(FIRST);
    }

    /** The policies that count for these pods, without repetition, in the order of the pods. */
    public static List<MigrationPolicy> governing(List<Pod> pods, Observation seen) {
        List<MigrationPolicy> all =
                seen.cluster().policies(seen.migration().getMetadata().getNamespace());
        return pods.stream()
                .flatMap(pod -> governing(pod.getMetadata().getLabels(), all).stream())
                .distinct()
                .toList();
    }

    /** The limits of a migration that follows this policy. */
    public static EffectiveLimits limits(Limits own, MigrationPolicy policy) {
        PolicyLimits wanted =
                Objects.requireNonNullElseGet(policy.getSpec().getLimits(), PolicyLimits::new);
        Limits usual = new Limits();
        int freeze =
                orDefault(
                        own.getFreezeSeconds(),
                        usual.getFreezeSeconds(),
                        wanted.getFreezeSeconds());
        int total =
                orDefault(own.getTotalSeconds(), usual.getTotalSeconds(), wanted.getTotalSeconds());
        // One of the two may be the user's and the other one the policy's.
        return EffectiveLimits.of(Math.min(freeze, total), total);
    }

    private static int orDefault(int own, int usual, @Nullable Integer wanted) {
        return own == usual && wanted != null ? wanted : own;
    }

    /**
     * Whether this migration has to wait for others that follow the same policy. Of all that have
     * not ended the oldest go on; one that has begun goes on in any case. A group counts as one:
     * its pods are silent at the same time, and a policy that lets one go on would let no group.
     */
    public static boolean isFull(MigrationPolicy policy, Observation seen) {
        Integer most = policy.getSpec().getMaxParallel();
        if (most == null) {
            return false;
        }
        String name = policy.getMetadata().getName();
        String namespace = policy.getMetadata().getNamespace();
        long ahead =
                seen.cluster().migrations(namespace).stream()
                        .filter(other -> !uid(other).equals(uid(seen.migration())))
                        .filter(other -> name.equals(policyOf(other)))
                        .filter(other -> !phase(other).isFinal())
                        .filter(
                                other ->
                                        phase(other) != PodMigrationPhase.Pending
                                                || OLDEST_FIRST.compare(other, seen.migration())
                                                        < 0)
                        .map(Policies::whole)
                        .filter(other -> !other.equals(whole(seen.migration())))
                        .distinct()
                        .count();
        return ahead >= most;
    }

    /** Name of the migration as a whole: members of a group are parts of one. */
    private static String whole(PodMigration migration) {
        return Optional.ofNullable(migration.getSpec().getGroup())
                .map(MigrationGroup::getName)
                .orElseGet(() -> migration.getMetadata().getName());
    }

    private static @Nullable String policyOf(PodMigration migration) {
        return Optional.ofNullable(migration.getStatus())
                .map(PodMigrationStatus::getPolicy)
                .orElse(null);
    }

    private static PodMigrationPhase phase(PodMigration migration) {
        return Optional.ofNullable(migration.getStatus())
                .map(PodMigrationStatus::getPhase)
                .orElse(PodMigrationPhase.Pending);
    }

    private static String uid(PodMigration migration) {
        return migration.getMetadata().getUid();
    }
}

package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.EffectiveLimits;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.GroupMember;
import dev.podmigration.api.v1alpha1.MigrationPolicy;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.policy.Policies;
import dev.podmigration.operator.preflight.GroupPods;
import dev.podmigration.operator.preflight.Preflight;
import dev.podmigration.operator.target.TargetName;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;

import java.util.List;
import java.util.Optional;

/** Which pods a group is made of, whether they can move as one, and whether it is their turn. */
final class GroupChoice {

    private GroupChoice() {}

    /** Which pods, once and for all: written down before anything is made for them. */
    static Decision next(Observation seen) {
        List<Pod> pods = GroupPods.of(seen);
        List<Finding> findings = GroupPods.look(pods, seen);
        seen.status().setFindings(findings);
        Optional<Failure> refusal = Preflight.refusal(findings);
        if (refusal.isPresent()) {
            return new Decision.GiveUp(refusal.get());
        }
        List<MigrationPolicy> policies = Policies.governing(pods, seen);
        seen.status()
                .setPolicy(
                        policies.stream()
                                .map(policy -> policy.getMetadata().getName())
                                .findFirst()
                                .orElse(null));
        Optional<Decision> full = PendingPhase.waitForRoom(policies, seen);
        if (full.isPresent()) {
            return full.get();
        }
        PodPlace source = new PodPlace();
        source.setNodeName(pods.getFirst().getSpec().getNodeName());
        seen.status().setSource(source);
        seen.status().setMembers(pods.stream().map(pod -> member(pod, seen)).toList());
        seen.status().setLimits(limits(policies, seen));
        seen.status().setStartTime(Timestamps.format(seen.now()));
        return new Decision.Enter(PodMigrationPhase.Preflight);
    }

    private static EffectiveLimits limits(List<MigrationPolicy> policies, Observation seen) {
        return policies.stream()
                .map(policy -> Policies.limits(seen.spec().getLimits(), policy))
                .reduce(
                        (left, right) ->
                                EffectiveLimits.of(
                                        Math.min(left.getFreezeSeconds(), right.getFreezeSeconds()),
                                        Math.min(left.getTotalSeconds(), right.getTotalSeconds())))
                .orElseGet(seen::limits);
    }

    private static GroupMember member(Pod pod, Observation seen) {
        ObjectMeta group = seen.migration().getMetadata();
        GroupMember member = new GroupMember();
        member.setPodName(pod.getMetadata().getName());
        member.setMigrationName(
                TargetName.ofMember(group.getName(), group.getUid(), pod.getMetadata().getName()));
        return member;
    }
}

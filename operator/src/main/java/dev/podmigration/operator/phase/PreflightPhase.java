package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.EffectiveLimits;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.StrategyChoice;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.forecast.FreezeForecast;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.preflight.InspectedMemory;
import dev.podmigration.operator.preflight.PodNameCheck;
import dev.podmigration.operator.preflight.Preflight;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.operator.workload.Detected;
import dev.podmigration.operator.workload.MoveView;
import dev.podmigration.operator.workload.Workloads;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Checks everything before anything is touched: first what needs no agent, then what the source
 * agent sees inside the pod. The plan in the status says that this is done.
 */
final class PreflightPhase implements PhaseHandler {

    /** Checks whose findings are also reasons of the plan. */
    private static final Set<String> REASONS = Set.of("Address", Preflight.FREEZE);

    private final Preflight preflight;
    private final StrategyPlan plan;
    private final Workloads workloads;
    private final FreezeHistory history;
    private final Silence silence;
    private final TimeLimits limits;

    PreflightPhase(
            Preflight preflight,
            StrategyPlan plan,
            Workloads workloads,
            FreezeHistory history,
            Silence silence,
            TimeLimits limits) {
        this.preflight = preflight;
        this.plan = plan;
        this.workloads = workloads;
        this.history = history;
        this.silence = silence;
        this.limits = limits;
    }

    @Override
    public Decision next(Observation seen) {
        if (seen.chosen().isPresent()) {
            return planned(seen);
        }
        List<Finding> findings = new ArrayList<>(preflight.look(seen));
        seen.status().setFindings(findings);
        Optional<PodCheckpointStatus> inspection =
                seen.checkpointStatus()
                        .filter(status -> status.getPhase() == PodCheckpointPhase.Inspected);
        inspection.ifPresent(
                found -> findings.addAll(preflight.inspected(seen, found, forecast(seen))));
        if (Preflight.isRefusedAltogether(findings)) {
            return new Decision.GiveUp(Preflight.refusal(findings).orElseThrow());
        }
        if (inspection.isEmpty() && Preflight.refusal(findings).isEmpty()) {
            return inspect(seen);
        }
        Detected detected = workloads.detect(MoveView.toDetect(seen));
        detected.detections().forEach(found -> findings.addAll(found.findings()));
        findings.addAll(detected.broken());
        return plan.choose(seen, detected, findings)
                .orElseGet(
                        () -> {
                            explain(seen);
                            // Decided now and written; what follows from it comes in the next
                            // round.
                            return new Decision.Enter(PodMigrationPhase.Preflight);
                        });
    }

    /** Noted for the time after: it is compared with what happens. */
    private FreezeForecast forecast(Observation seen) {
        FreezeForecast forecast =
                FreezeForecast.of(
                        history,
                        seen.sourceNode().orElseThrow(),
                        seen.spec().getTarget().getNodeName(),
                        seen.status().getContainers().size(),
                        InspectedMemory.of(seen));
        Freeze freeze = new Freeze();
        freeze.setPredictedMilliseconds(forecast.milliseconds());
        seen.status().setFreeze(freeze);
        return forecast;
    }

    private Decision inspect(Observation seen) {
        String node = seen.sourceNode().orElseThrow();
        Instant end = seen.phaseStart().plus(limits.inspection());
        if (!seen.now().isBefore(end)) {
            return new Decision.GiveUp(
                    Failure.of(
                            FailureReason.AgentUnreachable,
                            "The agent of node "
                                    + node
                                    + " did not look into the pod within "
                                    + limits.inspection().toSeconds()
                                    + " s."));
        }
        String what = "the agent of node " + node + " to look into the pod";
        Instant lookAgain = silence.noticedBy(seen, end);
        return seen.checkpoint().isPresent()
                ? Decision.waitFor(what, lookAgain)
                : Decision.act(
                        new Action.CreateCheckpoint(Halves.checkpoint(seen)), what, lookAgain);
    }

    /** No pod of a group is touched before all have a plan; and none bears less than the group. */
    private Decision together(Observation seen) {
        if (!OwnGroup.isBegun(seen)) {
            return Decision.waitFor(
                    "the other pods of the group",
                    silence.noticedBy(seen, Obstacles.deadline(seen)));
        }
        seen.group()
                .parent()
                .map(parent -> parent.getStatus().getLimits())
                .ifPresent(
                        group ->
                                seen.status()
                                        .setLimits(
                                                EffectiveLimits.of(
                                                        group.getFreezeSeconds(),
                                                        seen.limits().getTotalSeconds())));
        return new Decision.Enter(PodMigrationPhase.Preparing);
    }

    /** What checks have found out about the chosen way is among the reasons. */
    private static void explain(Observation seen) {
        StrategyChoice choice = seen.status().getStrategy();
        if (!seen.chosen().orElseThrow().isFreezing()) {
            return;
        }
        List<String> reasons = new ArrayList<>(choice.getReasons());
        seen.status().getFindings().stream()
                .filter(
                        finding ->
                                REASONS.contains(finding.getCheck())
                                        || (PodNameCheck.NAME.equals(finding.getCheck())
                                                && seen.isNameKept()))
                .map(Finding::getMessage)
                .forEach(reasons::add);
        choice.setReasons(reasons);
    }

    private Decision planned(Observation seen) {
        if (!seen.spec().isDryRun()) {
            return seen.isMember()
                    ? together(seen)
                    : new Decision.Enter(PodMigrationPhase.Preparing);
        }
        Optional<PodCheckpoint> checkpoint = seen.checkpoint();
        return checkpoint.isPresent()
                ? Decision.act(
                        new Action.Delete(checkpoint.get()),
                        "the inspection to be cleaned up",
                        Obstacles.deadline(seen))
                : new Decision.Finish(PodMigrationPhase.Succeeded);
    }
}

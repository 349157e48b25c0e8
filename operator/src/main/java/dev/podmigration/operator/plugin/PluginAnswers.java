package dev.podmigration.operator.plugin;

import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Progress;

import java.util.Map;
import java.util.Optional;

/** What a strategy may answer. Everything it says ends in a status, which has a limited size. */
final class PluginAnswers {

    private static final int MOST_ENTRIES = 32;
    private static final int LONGEST_KEY = 63;
    private static final int LONGEST_VALUE = 4096;

    private PluginAnswers() {}

    /** What is wrong with an answer, in a sentence. */
    static Optional<String> objection(
            MigrationStrategy strategy, StrategyStage stage, Progress progress) {
        return complaint(strategy, stage, progress)
                .map(
                        complaint ->
                                "Strategy "
                                        + strategy.name()
                                        + " "
                                        + complaint
                                        + " in stage "
                                        + stage
                                        + ".");
    }

    private static Optional<String> complaint(
            MigrationStrategy strategy, StrategyStage stage, Progress progress) {
        Map<String, String> memory = progress.memory();
        if (memory.size() > MOST_ENTRIES) {
            return Optional.of("wants to remember " + memory.size() + " things");
        }
        for (Map.Entry<String, String> entry : memory.entrySet()) {
            if (entry.getKey().length() > LONGEST_KEY
                    || entry.getValue().length() > LONGEST_VALUE) {
                return Optional.of("wants to remember too long a text as " + entry.getKey());
            }
        }
        boolean moves = stage == StrategyStage.Move || stage == StrategyStage.Fallback;
        return switch (progress) {
            case Progress.ReplacePod _ when !moves || isOwners(strategy, stage) ->
                    Optional.of("wants the pod to be replaced");
            case Progress.MovedByOwner _ when !moves || !isOwners(strategy, stage) ->
                    Optional.of("says that the owner has moved the pod");
            case Progress.Done _ when moves ->
                    Optional.of("does not say how the pod is to be moved");
            case Progress.ReplacePod _,
                    Progress.MovedByOwner _,
                    Progress.Done _,
                    Progress.Waiting _,
                    Progress.Refused _ ->
                    Optional.empty();
        };
    }

    /** What was announced with the plan holds: the checks were those for it. */
    private static boolean isOwners(MigrationStrategy strategy, StrategyStage stage) {
        return stage == StrategyStage.Move && !strategy.replacesPod();
    }
}

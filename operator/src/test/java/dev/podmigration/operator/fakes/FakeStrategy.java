package dev.podmigration.operator.fakes;

import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;

/** A strategy that does what a test tells it, and remembers how it was called. */
public final class FakeStrategy implements MigrationStrategy {

    /** One call of a stage. */
    public record Call(
            StrategyStage stage, Map<String, String> memory, String operationId, int pods) {}

    private final String name;
    private final Strategy rung;
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final Map<StrategyStage, Function<Step, Progress>> stages =
            new EnumMap<>(StrategyStage.class);
    private volatile Predicate<Move> applies = _ -> true;
    private volatile Function<Move, Assessment> assessment = _ -> Assessment.possible();
    private volatile Duration limit = Duration.ofMinutes(2);
    private volatile boolean replacesPod = true;
    private volatile boolean runsBesideSource;
    private volatile boolean movesGroups;

    public FakeStrategy(String name, Strategy rung) {
        this.name = name;
        this.rung = rung;
    }

    public FakeStrategy on(StrategyStage stage, Function<Step, Progress> behaviour) {
        stages.put(stage, behaviour);
        return this;
    }

    public FakeStrategy applies(Predicate<Move> when) {
        applies = when;
        return this;
    }

    public FakeStrategy assessment(Assessment answer) {
        return assessment(_ -> answer);
    }

    public FakeStrategy assessment(Function<Move, Assessment> answer) {
        assessment = answer;
        return this;
    }

    public FakeStrategy limit(Duration time) {
        limit = time;
        return this;
    }

    public FakeStrategy movedByOwner() {
        replacesPod = false;
        return this;
    }

    public FakeStrategy besideSource() {
        runsBesideSource = true;
        return this;
    }

    public FakeStrategy groups() {
        movesGroups = true;
        return this;
    }

    public List<Call> calls() {
        return List.copyOf(calls);
    }

    public List<StrategyStage> stages() {
        return calls.stream().map(Call::stage).distinct().toList();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Strategy rung() {
        return rung;
    }

    @Override
    public boolean movesGroups() {
        return movesGroups;
    }

    @Override
    public boolean appliesTo(Move move) {
        return applies.test(move);
    }

    @Override
    public Assessment assess(Move move, Namespace namespace) {
        return assessment.apply(move);
    }

    @Override
    public Duration limit(StrategyStage stage) {
        return limit;
    }

    @Override
    public boolean replacesPod() {
        return replacesPod;
    }

    @Override
    public boolean runsBesideSource(Move move) {
        return runsBesideSource;
    }

    @Override
    public Progress prepare(Step step) {
        return call(StrategyStage.Prepare, step, Progress.done(step.memory()));
    }

    @Override
    public Progress awaitFreeze(Step step) {
        return call(StrategyStage.AwaitFreeze, step, Progress.done(step.memory()));
    }

    @Override
    public Progress move(Step step) {
        return call(StrategyStage.Move, step, new Progress.ReplacePod(step.memory()));
    }

    @Override
    public Progress afterMove(Step step) {
        return call(StrategyStage.AfterMove, step, Progress.done(step.memory()));
    }

    @Override
    public Progress undo(Step step) {
        return call(StrategyStage.Undo, step, Progress.done(step.memory()));
    }

    @Override
    public Progress fallback(Step step) {
        return call(StrategyStage.Fallback, step, new Progress.ReplacePod(step.memory()));
    }

    private Progress call(StrategyStage stage, Step step, Progress otherwise) {
        calls.add(new Call(stage, step.memory(), step.operationId(), step.move().pods().size()));
        Function<Step, Progress> behaviour = stages.get(stage);
        return behaviour == null ? otherwise : behaviour.apply(step);
    }
}

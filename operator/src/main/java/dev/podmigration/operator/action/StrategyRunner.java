package dev.podmigration.operator.action;

/** Does the work of strategies. Returns at once; what came of it is seen when it is there. */
public interface StrategyRunner {

    void assess(Action.AssessStrategy what);

    void step(Action.StepStrategy what);

    void interrupt(Action.InterruptStrategy what);
}

package dev.podmigration.agent.commit;

/**
 * The next state and what to do, in this order: make the state durable, then act.
 *
 * @param next state to record
 * @param action what to do once it is recorded
 */
public record TargetDecision(TargetState next, Action action) {

    /** The only acts that decide who runs. */
    public enum Action {
        /** Let the launcher restore; the restored processes stay stopped. */
        RESTORE,
        /** Ask the source for the grant. */
        ASK,
        /** Let the restored processes run. */
        RESUME,
        /** Kill what was restored, never let it run. */
        KILL,
        /** Nothing. */
        NONE
    }

    /**
     * The whole decision table of the target. {@link Action#RESUME} comes only with {@link
     * TargetState#RESUMED}, which is reached only by a grant; giving up is always safe before that,
     * because the record of it is what the operator asks for before it lets a source that had
     * granted run again.
     */
    public static TargetDecision of(TargetState state, TargetEvent event) {
        return switch (state) {
            case ARMED ->
                    switch (event) {
                        case VERIFIED -> new TargetDecision(TargetState.RESTORING, Action.RESTORE);
                        case REFUSED, GIVE_UP, MEMORY_LOST -> cancel();
                        case COMPLETE, GRANTED -> throw impossible(state, event);
                        case RESTARTED -> new TargetDecision(TargetState.ARMED, Action.NONE);
                    };
            case RESTORING ->
                    switch (event) {
                        case COMPLETE -> new TargetDecision(TargetState.ASKED, Action.ASK);
                        case REFUSED, GIVE_UP, MEMORY_LOST, RESTARTED -> cancel();
                        case VERIFIED, GRANTED -> throw impossible(state, event);
                    };
            case ASKED ->
                    switch (event) {
                        case COMPLETE, RESTARTED ->
                                new TargetDecision(TargetState.ASKED, Action.ASK);
                        case GRANTED -> new TargetDecision(TargetState.RESUMED, Action.RESUME);
                        case REFUSED, GIVE_UP, MEMORY_LOST -> cancel();
                        case VERIFIED -> throw impossible(state, event);
                    };
            case RESUMED ->
                    switch (event) {
                        case GRANTED, RESTARTED ->
                                new TargetDecision(TargetState.RESUMED, Action.RESUME);
                        case VERIFIED, COMPLETE, REFUSED, GIVE_UP, MEMORY_LOST ->
                                new TargetDecision(TargetState.RESUMED, Action.NONE);
                    };
            case CANCELLED -> cancel();
        };
    }

    /**
     * The same for a pod that moves in a group. When it has asked, others may run because it has:
     * it asks until it has an answer. Only what cannot run any more gives up, because its source
     * still has it, and none is worse than not together.
     */
    public static TargetDecision ofMember(TargetState state, TargetEvent event) {
        return state == TargetState.ASKED && event == TargetEvent.GIVE_UP
                ? new TargetDecision(TargetState.ASKED, Action.ASK)
                : of(state, event);
    }

    private static TargetDecision cancel() {
        return new TargetDecision(TargetState.CANCELLED, Action.KILL);
    }

    private static IllegalStateException impossible(TargetState state, TargetEvent event) {
        return new IllegalStateException(event + " cannot happen to a target that is " + state);
    }
}

package dev.podmigration.agent.commit;

/**
 * The next state and what to do, in this order: make the state durable, then act.
 *
 * @param next state to record
 * @param action what to do once it is recorded
 */
public record SourceDecision(SourceState next, Action action) {

    /** The only acts that decide who runs. */
    public enum Action {
        /** Tell the target that it may run. */
        GRANT,
        /** Tell the target that it may not run. */
        REFUSE,
        /** Let the source run again. */
        THAW,
        /** Kill the frozen processes; no instruction of theirs runs again. */
        KILL,
        /** Say nothing yet: a target of the same group has not asked. */
        WAIT,
        /** Nothing. */
        NONE
    }

    /**
     * The whole decision table of the source. Never two: {@link Action#THAW} comes only with {@link
     * SourceState#ROLLED_BACK}, which refuses every later request, and leaves {@link
     * SourceState#GRANTED} only if the target can never run.
     */
    public static SourceDecision of(SourceState state, SourceEvent event) {
        return switch (state) {
            case FROZEN ->
                    switch (event) {
                        case GRANT_REQUESTED ->
                                new SourceDecision(SourceState.GRANTED, Action.GRANT);
                        case GIVE_UP, TARGET_NEVER_RESUMED, POD_DELETED, RESTARTED ->
                                new SourceDecision(SourceState.ROLLED_BACK, Action.THAW);
                    };
            case GRANTED ->
                    switch (event) {
                        case GRANT_REQUESTED ->
                                new SourceDecision(SourceState.GRANTED, Action.GRANT);
                        case GIVE_UP, RESTARTED ->
                                new SourceDecision(SourceState.GRANTED, Action.NONE);
                        case TARGET_NEVER_RESUMED ->
                                new SourceDecision(SourceState.ROLLED_BACK, Action.THAW);
                        case POD_DELETED -> new SourceDecision(SourceState.RELEASED, Action.KILL);
                    };
            case RELEASED ->
                    switch (event) {
                        case GRANT_REQUESTED ->
                                new SourceDecision(SourceState.RELEASED, Action.GRANT);
                        case GIVE_UP, TARGET_NEVER_RESUMED ->
                                new SourceDecision(SourceState.RELEASED, Action.NONE);
                        case POD_DELETED, RESTARTED ->
                                new SourceDecision(SourceState.RELEASED, Action.KILL);
                    };
            case ROLLED_BACK ->
                    switch (event) {
                        case GRANT_REQUESTED ->
                                new SourceDecision(SourceState.ROLLED_BACK, Action.REFUSE);
                        case GIVE_UP, TARGET_NEVER_RESUMED, POD_DELETED, RESTARTED ->
                                new SourceDecision(SourceState.ROLLED_BACK, Action.THAW);
                    };
        };
    }

    /**
     * The same for a pod that moves in a group, whose record speaks for its frozen members.
     *
     * @param group what {@link GroupDecision} has made of the event
     */
    public static SourceDecision ofMember(SourceState state, GroupState group, SourceEvent event) {
        if (state != SourceState.FROZEN) {
            return of(state, event);
        }
        return switch (group) {
            case OPEN -> new SourceDecision(SourceState.FROZEN, Action.WAIT);
            case GRANTED -> of(SourceState.GRANTED, event);
            case ROLLED_BACK -> of(SourceState.ROLLED_BACK, event);
        };
    }
}

package dev.podmigration.agent.commit;

/**
 * The next state and what to do, in this order: make the state durable, then act.
 *
 * @param next state to record
 * @param action what to do once it is recorded
 */
public record ReceiverDecision(ReceiverState next, Action action) {

    /** The only acts that decide who runs. */
    public enum Action {
        /** Ask the source for the grant. */
        ASK,
        /** Report the grant, and restore as soon as the pod is known. */
        RESTORE,
        /** Let the restored processes run. */
        RESUME,
        /** Kill what was restored, and let the pod start without its memory. */
        START_ANEW,
        /** Remove what was received; it will never run. */
        KILL,
        /** Nothing. */
        NONE
    }

    /**
     * The whole decision table of a pod that keeps its name. It differs from that of {@link
     * TargetDecision} in one thing: the source is deleted between the grant and the restore. So
     * {@link ReceiverState#GRANTED} has no way back; what else can happen to the memory, the pod
     * lives here. Giving up is safe before that, because the operator deletes nothing until this
     * record says GRANTED.
     */
    public static ReceiverDecision of(ReceiverState state, ReceiverEvent event) {
        return switch (state) {
            case RECEIVING ->
                    switch (event) {
                        case VERIFIED -> new ReceiverDecision(ReceiverState.ASKED, Action.ASK);
                        // Half of it came by a stream that is over.
                        case REFUSED, GIVE_UP, MEMORY_LOST, RESTARTED -> cancel();
                        case GRANTED, COMPLETE -> throw impossible(state, event);
                    };
            case ASKED ->
                    switch (event) {
                        case VERIFIED, RESTARTED ->
                                new ReceiverDecision(ReceiverState.ASKED, Action.ASK);
                        case GRANTED -> new ReceiverDecision(ReceiverState.GRANTED, Action.RESTORE);
                        case REFUSED, GIVE_UP, MEMORY_LOST -> cancel();
                        case COMPLETE -> throw impossible(state, event);
                    };
            case GRANTED ->
                    switch (event) {
                        case GRANTED, RESTARTED ->
                                new ReceiverDecision(ReceiverState.GRANTED, Action.RESTORE);
                        case COMPLETE -> new ReceiverDecision(ReceiverState.RESUMED, Action.RESUME);
                        case MEMORY_LOST ->
                                new ReceiverDecision(ReceiverState.STARTED_ANEW, Action.START_ANEW);
                        case VERIFIED, REFUSED, GIVE_UP ->
                                new ReceiverDecision(ReceiverState.GRANTED, Action.NONE);
                    };
            case RESUMED ->
                    switch (event) {
                        case COMPLETE, RESTARTED ->
                                new ReceiverDecision(ReceiverState.RESUMED, Action.RESUME);
                        case VERIFIED, GRANTED, REFUSED, GIVE_UP, MEMORY_LOST ->
                                new ReceiverDecision(ReceiverState.RESUMED, Action.NONE);
                    };
            case STARTED_ANEW ->
                    switch (event) {
                        case MEMORY_LOST, RESTARTED ->
                                new ReceiverDecision(ReceiverState.STARTED_ANEW, Action.START_ANEW);
                        // A restored copy that comes too late: beside it the pod may run already.
                        case COMPLETE, VERIFIED, GRANTED, REFUSED, GIVE_UP ->
                                new ReceiverDecision(ReceiverState.STARTED_ANEW, Action.NONE);
                    };
            case CANCELLED -> cancel();
        };
    }

    private static ReceiverDecision cancel() {
        return new ReceiverDecision(ReceiverState.CANCELLED, Action.KILL);
    }

    private static IllegalStateException impossible(ReceiverState state, ReceiverEvent event) {
        return new IllegalStateException(event + " cannot happen to a receiver that is " + state);
    }
}

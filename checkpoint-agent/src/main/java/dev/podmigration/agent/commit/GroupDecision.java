package dev.podmigration.agent.commit;

/** The decision table of a group. */
public final class GroupDecision {

    private GroupDecision() {}

    /**
     * The state to record before anything is done about a member. Who has asked is known to the
     * agent's memory alone: one that was restarted cannot know that all have, and takes all back.
     */
    public static GroupState of(GroupState state, GroupEvent event) {
        return switch (state) {
            case OPEN ->
                    switch (event) {
                        case ASKED -> GroupState.OPEN;
                        case ALL_ASKED -> GroupState.GRANTED;
                        case GIVE_UP, RESTARTED -> GroupState.ROLLED_BACK;
                    };
            case GRANTED, ROLLED_BACK -> state;
        };
    }
}

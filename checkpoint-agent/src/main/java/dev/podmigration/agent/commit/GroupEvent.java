package dev.podmigration.agent.commit;

/** What can happen to a group while its members are frozen. */
public enum GroupEvent {
    /** The target of one member asks, and that of another one has not asked yet. */
    ASKED,
    /** The target of one member asks, and those of all others have asked. */
    ALL_ASKED,
    /** Whatever ends one member before the grant. */
    GIVE_UP,
    /** The agent came up again and found the record of a member. */
    RESTARTED;

    /**
     * What an event of one member is to its group.
     *
     * @param others whether the targets of all other members have asked
     */
    public static GroupEvent of(SourceEvent event, boolean others) {
        return switch (event) {
            case GRANT_REQUESTED -> others ? ALL_ASKED : ASKED;
            case RESTARTED -> RESTARTED;
            case GIVE_UP, TARGET_NEVER_RESUMED, POD_DELETED -> GIVE_UP;
        };
    }
}

package dev.podmigration.agent.launcher;

import java.util.Optional;

/**
 * What CRIU reports to its action script, in the order in which it happens (CRIU 4.2,
 * criu/action-scripts.c).
 */
public enum HookAction {
    PRE_DUMP("pre-dump", true),
    NETWORK_LOCK("network-lock", false),
    POST_DUMP("post-dump", true),
    NETWORK_UNLOCK("network-unlock", false),
    /** The page server of a post-copy dump listens. */
    STATUS_READY("status-ready", false),
    PRE_RESTORE("pre-restore", false),
    SETUP_NAMESPACES("setup-namespaces", false),
    POST_SETUP_NAMESPACES("post-setup-namespaces", false),
    POST_RESTORE("post-restore", true),
    PRE_RESUME("pre-resume", true),
    POST_RESUME("post-resume", false);

    private final String text;
    private final boolean waits;

    HookAction(String text, boolean waits) {
        this.text = text;
        this.waits = waits;
    }

    /** CRIU stands still until {@link HookChannel#answer} is called. */
    public boolean waitsForAnswer() {
        return waits;
    }

    public String text() {
        return text;
    }

    static Optional<HookAction> of(String text) {
        for (HookAction action : values()) {
            if (action.text.equals(text)) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }
}

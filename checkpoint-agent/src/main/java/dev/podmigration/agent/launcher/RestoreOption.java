package dev.podmigration.agent.launcher;

/** What the launcher is told about a restore besides that it may begin. */
public enum RestoreOption {
    /** Connections of the pod are closed: it has a new address. */
    TCP_CLOSE("--tcp-close"),

    /**
     * CRIU frees the memory of the images while it reads them (auto-dedup, in steps of 128 MiB:
     * criu/pie/restorer.c, CRIU 4.2). The node then needs the pod's memory once instead of twice,
     * and pages that were just freed are the cheapest to get. A restore that fails cannot be tried
     * again: only for a pod that its source still has.
     */
    FREE_IMAGES("--free-images");

    private final String text;

    RestoreOption(String text) {
        this.text = text;
    }

    /** As the launcher reads it. */
    String text() {
        return text;
    }
}

package dev.podmigration.agent.fence;

import java.io.IOException;

/** The packet filter was not changed. */
public final class FilterException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What stands in the way. */
    public enum Kind {
        /** The kernel has no ingress hook on interfaces: built without CONFIG_NF_TABLES_NETDEV. */
        INGRESS_HOOK_MISSING,
        /**
         * The kernel has no egress hook on interfaces: older than 5.16, or built without
         * CONFIG_NETFILTER_EGRESS.
         */
        EGRESS_HOOK_MISSING,
        /** The interface to be silenced does not exist. */
        INTERFACE_MISSING,
        /** The kernel refused the change. */
        REFUSED
    }

    private final Kind kind;

    FilterException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}

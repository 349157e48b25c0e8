package dev.podmigration.agent.linux;

import java.io.IOException;

/** A system call failed. Callers decide by {@link #errnoName()}, never by the message. */
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;

    ErrnoException(String call, int errno, String subject) {
        super("%s %s: %s".formatted(call, subject, Errno.describe(errno)));
        this.call = call;
        this.errno = errno;
    }

    /** The function that failed, for example {@code lsetxattr}. */
    public String call() {
        return call;
    }

    /** The kernel's error number. */
    public int errno() {
        return errno;
    }

    /**
     * The symbolic name of the error, for example {@code ENOSPC}; {@code E<number>} for one without
     * a known name.
     */
    public String errnoName() {
        return Errno.name(errno);
    }

    /** Whether the error is one of the given names. */
    public boolean is(String... names) {
        for (String name : names) {
            if (name.equals(errnoName())) {
                return true;
            }
        }
        return false;
    }
}

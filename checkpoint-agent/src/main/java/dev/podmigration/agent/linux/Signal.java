package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;

/** Signals that the agent sends, with their numbers on x86-64 and AArch64. */
public enum Signal {
    HANGUP(1),
    QUIT(3),
    KILL(9),
    TERMINATE(15),
    CONTINUE(18),
    STOP(19);

    private static final SystemCall KILL_CALL = SystemCall.ofInt("kill", INT, INT);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /**
     * Sends this signal to one process; ESRCH if there is none.
     *
     * @param pid positive: groups and "every process" cannot be addressed
     */
    public void send(long pid) throws ErrnoException {
        KILL_CALL.call("process " + pid, checked(pid), number);
    }

    /** Sends this signal; a process that has ended before it came needs it no more. */
    public void sendIfAlive(long pid) throws ErrnoException {
        try {
            send(pid);
        } catch (ErrnoException e) {
            if (!e.is("ESRCH")) {
                throw e;
            }
        }
    }

    /** Whether a process of this number exists (a zombie counts). */
    public static boolean processExists(long pid) throws ErrnoException {
        try {
            KILL_CALL.call("process " + pid, checked(pid), 0);
            return true;
        } catch (ErrnoException e) {
            if (e.is("ESRCH")) {
                return false;
            }
            if (e.is("EPERM")) {
                return true;
            }
            throw e;
        }
    }

    private static int checked(long pid) {
        if (pid <= 0 || pid > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("not the number of one process: " + pid);
        }
        return (int) pid;
    }
}

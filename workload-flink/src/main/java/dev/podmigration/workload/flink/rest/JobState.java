package dev.podmigration.workload.flink.rest;

/** The states of a job, by Flink's own names. */
public enum JobState {
    INITIALIZING,
    CREATED,
    RUNNING,
    FAILING,
    FAILED,
    CANCELLING,
    CANCELED,
    FINISHED,
    RESTARTING,
    SUSPENDED,
    RECONCILING,

    /** A state that this program does not know. */
    OTHER;

    static JobState read(String name) {
        for (JobState state : values()) {
            if (state.name().equals(name)) {
                return state;
            }
        }
        return OTHER;
    }

    /** Whether the job will never run again. */
    public boolean isOver() {
        return switch (this) {
            case FAILED, CANCELED, FINISHED -> true;
            case INITIALIZING,
                    CREATED,
                    RUNNING,
                    FAILING,
                    CANCELLING,
                    RESTARTING,
                    SUSPENDED,
                    RECONCILING,
                    OTHER ->
                    false;
        };
    }
}

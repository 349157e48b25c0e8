package dev.podmigration.workload.flink.rest;

/**
 * Identifier of a job.
 *
 * @param value 32 hexadecimal digits
 */
public record JobId(String value) {

    public JobId {
        HexIds.check(value);
    }

    /**
     * The same for the same words, so that whoever asks again after a crash asks for the same
     * thing.
     *
     * @param words for example the uid of a migration and the name of a step
     */
    public static JobId of(String... words) {
        return new JobId(HexIds.derive(words));
    }

    @Override
    public String toString() {
        return value;
    }
}

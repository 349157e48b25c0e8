package dev.podmigration.workload.flink.rest;

/**
 * Name of an operation that was asked for; the same name asked for twice is one operation.
 *
 * @param value 32 hexadecimal digits
 */
public record TriggerId(String value) {

    public TriggerId {
        HexIds.check(value);
    }

    /**
     * The same for the same words, so that whoever asks again after a crash asks for the same
     * thing.
     *
     * @param words for example the uid of a migration and the name of a step
     */
    public static TriggerId of(String... words) {
        return new TriggerId(HexIds.derive(words));
    }

    @Override
    public String toString() {
        return value;
    }
}

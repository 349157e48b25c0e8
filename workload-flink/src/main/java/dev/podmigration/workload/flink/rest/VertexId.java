package dev.podmigration.workload.flink.rest;

/**
 * Identifier of a vertex of a job's graph.
 *
 * @param value 32 hexadecimal digits
 */
public record VertexId(String value) {

    public VertexId {
        HexIds.check(value);
    }

    @Override
    public String toString() {
        return value;
    }
}

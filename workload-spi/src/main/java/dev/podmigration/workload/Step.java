package dev.podmigration.workload;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One call of a strategy.
 *
 * @param move what is moved
 * @param memory what earlier steps returned, of all stages of this migration
 * @param operationId 32 hexadecimal digits, the same for every call within one stage of one
 *     migration, also by another operator; for requests that may be sent twice
 * @param fellBack the checkpoint was undone and this goes on from {@link
 *     MigrationStrategy#fallback}
 * @param targetNodes names of the nodes that can take the pod now; for strategies whose owner moves
 *     it
 * @param now the time of the call
 * @param deadline when the stage has to be done
 * @param namespace the other objects of the namespace
 */
public record Step(
        Move move,
        Map<String, String> memory,
        String operationId,
        boolean fellBack,
        List<String> targetNodes,
        Instant now,
        Instant deadline,
        Namespace namespace) {

    public Step {
        memory = Map.copyOf(memory);
        targetNodes = List.copyOf(targetNodes);
    }
}

package dev.podmigration.workload.flink.strategy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A required node affinity with one more condition on the node's name. Terms are alternatives, so
 * the condition is put into each that is there.
 */
final class NodeChoice {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String TERMS = "nodeSelectorTerms";
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

    private NodeChoice() {}

    /** The part of an affinity below {@code nodeAffinity}, as a merge patch. */
    static ObjectNode on(String node, JsonNode affinity) {
        return with("In", node, affinity);
    }

    static ObjectNode notOn(String node, JsonNode affinity) {
        return with("NotIn", node, affinity);
    }

    private static ObjectNode with(String operator, String node, JsonNode affinity) {
        JsonNode now = affinity.path("nodeAffinity").path(REQUIRED).path(TERMS);
        ArrayNode terms = MAPPER.createArrayNode();
        if (now.isEmpty()) {
            terms.addObject();
        } else {
            now.forEach(term -> terms.add(term.deepCopy()));
        }
        for (JsonNode term : terms) {
            ArrayNode fields = withoutNames(term.path("matchFields"));
            fields.addObject()
                    .put("key", "metadata.name")
                    .put("operator", operator)
                    .putArray("values")
                    .add(node);
            ((ObjectNode) term).set("matchFields", fields);
        }
        ObjectNode patch = MAPPER.createObjectNode();
        patch.putObject("nodeAffinity").putObject(REQUIRED).set(TERMS, terms);
        return patch;
    }

    /** The name of an earlier move does not count any more. */
    private static ArrayNode withoutNames(JsonNode fields) {
        ArrayNode rest = MAPPER.createArrayNode();
        fields.forEach(
                field -> {
                    if (!field.path("key").asText().equals("metadata.name")) {
                        rest.add(field.deepCopy());
                    }
                });
        return rest;
    }
}

package dev.podmigration.workload.flink.strategy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a strategy remembers, with a few words added. */
final class Memory {

    private final Map<String, String> values;

    private Memory(Map<String, String> values) {
        this.values = values;
    }

    static Memory of(Map<String, String> remembered) {
        return new Memory(new LinkedHashMap<>(remembered));
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    int number(String name) {
        return Integer.parseInt(values.getOrDefault(name, "0"));
    }

    Memory with(String name, String value) {
        values.put(name, value);
        return this;
    }

    Memory without(String name) {
        values.remove(name);
        return this;
    }

    Map<String, String> values() {
        return Map.copyOf(values);
    }
}

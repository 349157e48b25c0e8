package dev.podmigration.workload.flink.rest;

import java.util.List;

/**
 * What has become of something that was asked for. Flink calls an operation COMPLETED whether it
 * succeeded or not.
 *
 * @param <T> what a successful one gives
 */
public sealed interface AsyncOperation<T> {

    record InProgress<T>() implements AsyncOperation<T> {}

    record Succeeded<T>(T result) implements AsyncOperation<T> {}

    record Failed<T>(FlinkError error) implements AsyncOperation<T> {}

    /** Never asked for, or so long ago that Flink has forgotten it (five minutes by default). */
    record Unknown<T>() implements AsyncOperation<T> {}

    /**
     * An exception of Flink.
     *
     * @param classes of the exception and its causes, outermost first
     * @param lines of the stack trace that are worth showing, shortened
     */
    record FlinkError(List<String> classes, List<String> lines) {

        public FlinkError {
            classes = List.copyOf(classes);
            lines = List.copyOf(lines);
        }

        public boolean has(String className) {
            return classes.contains(className);
        }
    }
}

package dev.podmigration.workload;

import dev.podmigration.api.v1alpha1.Failure;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What came of a step. Its memory replaces the one that the step was given, and is in the status,
 * where everybody can read it: no secrets. At most 32 entries, 4 KiB each.
 */
public sealed interface Progress {

    Map<String, String> memory();

    /**
     * The stage is complete.
     *
     * @param until if it is later than this when the operator hears of it, the answer is of no use
     *     any more and the stage is asked again. For {@link MigrationStrategy#awaitFreeze}
     */
    record Done(Map<String, String> memory, Optional<Instant> until) implements Progress {
        public Done {
            memory = Map.copyOf(memory);
        }
    }

    /**
     * Not yet: ask again.
     *
     * @param what what for, for a person: "savepoint 3f2a… of job 77ab… to be complete"
     * @param again in how long; zero: at once, as soon as the memory is recorded
     */
    record Waiting(Map<String, String> memory, String what, Duration again) implements Progress {
        public Waiting {
            memory = Map.copyOf(memory);
            if (again.isNegative()) {
                throw new IllegalArgumentException("ask again in " + again);
            }
        }
    }

    /**
     * The operator makes a new pod on the target from the source's specification, waits until it is
     * Ready, gives it owner and labels, and deletes the source. The stage is complete. Only from
     * {@link MigrationStrategy#move} and {@link MigrationStrategy#fallback}.
     */
    record ReplacePod(Map<String, String> memory) implements Progress {
        public ReplacePod {
            memory = Map.copyOf(memory);
        }
    }

    /**
     * The owner of the pod has moved it: the operator makes and deletes none. The stage is
     * complete. Only from {@link MigrationStrategy#move} and {@link MigrationStrategy#fallback}.
     *
     * @param podName the pod that took the place of the source
     */
    record MovedByOwner(Map<String, String> memory, String podName) implements Progress {
        public MovedByOwner {
            memory = Map.copyOf(memory);
        }
    }

    /**
     * It cannot be done. Before the commit everything is undone; after it the migration ends as
     * Failed, and the pod stays where it is.
     */
    record Refused(Map<String, String> memory, Failure failure) implements Progress {
        public Refused {
            memory = Map.copyOf(memory);
        }
    }

    static Progress done(Map<String, String> memory) {
        return new Done(memory, Optional.empty());
    }

    static Progress waitFor(String what, Duration again, Map<String, String> memory) {
        return new Waiting(memory, what, again);
    }

    static Progress refused(Failure failure, Map<String, String> memory) {
        return new Refused(memory, failure);
    }
}

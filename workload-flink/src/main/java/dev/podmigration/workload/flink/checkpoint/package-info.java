/** Where in the cycle of Flink's checkpoints a pod is stopped. */
@NullMarked
package dev.podmigration.workload.flink.checkpoint;

import org.jspecify.annotations.NullMarked;

/** Jobs of the Flink Kubernetes operator, on a real API server. */
@NullMarked
package dev.podmigration.workload.flink.deployment;

import org.jspecify.annotations.NullMarked;

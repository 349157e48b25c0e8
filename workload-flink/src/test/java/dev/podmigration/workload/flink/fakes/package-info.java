/** Hand-written stand-ins with state and faults. */
@NullMarked
package dev.podmigration.workload.flink.fakes;

import org.jspecify.annotations.NullMarked;

/** The rungs of the ladder for Flink. */
@NullMarked
package dev.podmigration.workload.flink.strategy;

import org.jspecify.annotations.NullMarked;

/** Compares the strategies for Flink with Flink's own savepoints; started by bench/flink. */
@NullMarked
package dev.podmigration.e2e.bench.flink;

import org.jspecify.annotations.NullMarked;

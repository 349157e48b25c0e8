/** Real Flink clusters, started from the jars of Maven Central. */
@NullMarked
package dev.podmigration.workload.flink.real;

import org.jspecify.annotations.NullMarked;

/** The Flink example. */
@NullMarked
package dev.podmigration.e2e.flink;

import org.jspecify.annotations.NullMarked;

/** A Flink job that notices by itself when a record is lost or counted twice. */
@NullMarked
package dev.podmigration.examples.flink;

import org.jspecify.annotations.NullMarked;

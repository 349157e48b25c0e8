/** What Flink's running configuration means for a move: how long it may take, what to change. */
@NullMarked
package dev.podmigration.workload.flink.configuration;

import org.jspecify.annotations.NullMarked;

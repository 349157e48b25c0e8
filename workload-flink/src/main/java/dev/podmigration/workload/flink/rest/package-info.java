/** Flink's REST API, as far as a migration needs it, and what goes wrong with it. */
@NullMarked
package dev.podmigration.workload.flink.rest;

import org.jspecify.annotations.NullMarked;

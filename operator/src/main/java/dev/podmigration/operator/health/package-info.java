/** Probes and the metrics endpoint. */
@NullMarked
package dev.podmigration.operator.health;

import org.jspecify.annotations.NullMarked;

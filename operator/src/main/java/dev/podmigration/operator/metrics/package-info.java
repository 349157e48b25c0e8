/** Metrics of migrations. */
@NullMarked
package dev.podmigration.operator.metrics;

import org.jspecify.annotations.NullMarked;

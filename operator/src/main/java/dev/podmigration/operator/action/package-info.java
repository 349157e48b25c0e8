/** Everything the operator does to the cluster, as data, and the one place that does it. */
@NullMarked
package dev.podmigration.operator.action;

import org.jspecify.annotations.NullMarked;

/**
 * Stand-ins for the parts of a cluster that an API server alone does not have; they keep state and
 * have fault knobs.
 */
@NullMarked
package dev.podmigration.operator.fakes;

import org.jspecify.annotations.NullMarked;

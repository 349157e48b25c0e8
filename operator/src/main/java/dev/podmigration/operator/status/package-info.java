/**
 * The status of a PodMigration: facts copied from the two halves, conditions, and the one place
 * that writes it.
 */
@NullMarked
package dev.podmigration.operator.status;

import org.jspecify.annotations.NullMarked;

/** One class for each phase of a migration, and the table that names them. */
@NullMarked
package dev.podmigration.operator.phase;

import org.jspecify.annotations.NullMarked;

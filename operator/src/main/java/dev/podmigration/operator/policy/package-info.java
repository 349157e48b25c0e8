/** Which MigrationPolicy counts for a migration, and what follows from it. */
@NullMarked
package dev.podmigration.operator.policy;

import org.jspecify.annotations.NullMarked;

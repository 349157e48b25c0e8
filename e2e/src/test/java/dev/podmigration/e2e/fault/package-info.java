/** Breaks podmigration at every step of a migration, and looks at what becomes of the pod. */
@NullMarked
package dev.podmigration.e2e.fault;

import org.jspecify.annotations.NullMarked;

/** The checks before anything is touched. */
@NullMarked
package dev.podmigration.operator.preflight;

import org.jspecify.annotations.NullMarked;

/** Files, deleted, changed and held open, are the same after a move. */
@NullMarked
package dev.podmigration.e2e.files;

import org.jspecify.annotations.NullMarked;

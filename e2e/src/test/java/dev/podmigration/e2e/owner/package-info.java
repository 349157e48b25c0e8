/** Owners keep their pods. */
@NullMarked
package dev.podmigration.e2e.owner;

import org.jspecify.annotations.NullMarked;

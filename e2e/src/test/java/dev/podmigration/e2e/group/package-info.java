/** Pods that move as one: all of them, or none. */
@NullMarked
package dev.podmigration.e2e.group;

import org.jspecify.annotations.NullMarked;

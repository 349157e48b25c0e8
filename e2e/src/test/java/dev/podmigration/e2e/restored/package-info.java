/** A restored pod is a pod like any other. */
@NullMarked
package dev.podmigration.e2e.restored;

import org.jspecify.annotations.NullMarked;

/** Pods that keep their names: the source is deleted before the target can be made. */
@NullMarked
package dev.podmigration.e2e.keptname;

import org.jspecify.annotations.NullMarked;

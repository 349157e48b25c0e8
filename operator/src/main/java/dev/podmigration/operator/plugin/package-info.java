/** Finds plugins, and does the work of their strategies off the threads that decide. */
@NullMarked
package dev.podmigration.operator.plugin;

import org.jspecify.annotations.NullMarked;

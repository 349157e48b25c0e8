/** An uninstall leaves the nodes as they were. */
@NullMarked
package dev.podmigration.e2e.uninstall;

import org.jspecify.annotations.NullMarked;

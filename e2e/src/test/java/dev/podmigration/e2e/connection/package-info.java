/** Connections live through a move. */
@NullMarked
package dev.podmigration.e2e.connection;

import org.jspecify.annotations.NullMarked;

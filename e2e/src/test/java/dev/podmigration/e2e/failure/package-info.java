/** What goes wrong ends in a typed reason, and one copy runs. */
@NullMarked
package dev.podmigration.e2e.failure;

import org.jspecify.annotations.NullMarked;

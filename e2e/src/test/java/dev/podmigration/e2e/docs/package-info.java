/** The documentation's commands that need nodes. */
@NullMarked
package dev.podmigration.e2e.docs;

import org.jspecify.annotations.NullMarked;

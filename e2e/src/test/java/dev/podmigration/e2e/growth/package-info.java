/** Many moves leave no trace. */
@NullMarked
package dev.podmigration.e2e.growth;

import org.jspecify.annotations.NullMarked;

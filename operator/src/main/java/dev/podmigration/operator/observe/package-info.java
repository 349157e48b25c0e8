/** What the operator sees of the world when it decides; nothing here changes anything. */
@NullMarked
package dev.podmigration.operator.observe;

import org.jspecify.annotations.NullMarked;

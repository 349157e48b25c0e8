/** What can be set from outside. */
@NullMarked
package dev.podmigration.operator.settings;

import org.jspecify.annotations.NullMarked;

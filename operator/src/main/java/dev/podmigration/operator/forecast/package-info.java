/** How long a freeze will be, from what earlier ones have shown. */
@NullMarked
package dev.podmigration.operator.forecast;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.podmigration.operator;

import org.jspecify.annotations.NullMarked;

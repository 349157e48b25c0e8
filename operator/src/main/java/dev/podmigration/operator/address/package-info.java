/** Whether the pod keeps its address. */
@NullMarked
package dev.podmigration.operator.address;

import org.jspecify.annotations.NullMarked;

/**
 * The pod on the target node: how it is made from the source, and what can keep it from starting.
 */
@NullMarked
package dev.podmigration.operator.target;

import org.jspecify.annotations.NullMarked;

/** How the owner of the pod ends with the target as its member. */
@NullMarked
package dev.podmigration.operator.owner;

import org.jspecify.annotations.NullMarked;

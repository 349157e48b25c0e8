/** Kubernetes events about migrations. */
@NullMarked
package dev.podmigration.operator.event;

import org.jspecify.annotations.NullMarked;

/**
 * Keeps a pod that was given to another node from being started again on this one.
 *
 * <p>See docs/decisions/0014-granted-pods-stay-down.md.
 */
@NullMarked
package dev.podmigration.agent.guard;

import org.jspecify.annotations.NullMarked;

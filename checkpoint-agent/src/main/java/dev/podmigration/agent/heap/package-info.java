/**
 * Makes the heap of JVMs smaller before their pod is stopped: what is garbage need not move. Speaks
 * HotSpot's attach protocol, so that nothing has to be in the container's image.
 */
@NullMarked
package dev.podmigration.agent.heap;

import org.jspecify.annotations.NullMarked;

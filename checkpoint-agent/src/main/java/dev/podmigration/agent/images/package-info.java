/**
 * CRIU's images on their way: followed on the source while CRIU writes them, checked and put
 * together on the target. The pod stands still until the last byte has arrived, so everything here
 * is as short as it can be.
 */
@NullMarked
package dev.podmigration.agent.images;

import org.jspecify.annotations.NullMarked;

/**
 * What this project puts on a disk of the node and holds secrets of a pod: encrypted by a key that
 * is itself never on a disk, so that throwing the key away is enough to destroy it.
 */
@NullMarked
package dev.podmigration.agent.atrest;

import org.jspecify.annotations.NullMarked;

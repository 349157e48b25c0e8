/** Watches the objects of this node and carries out their goals. */
@NullMarked
package dev.podmigration.agent.reconcile;

import org.jspecify.annotations.NullMarked;

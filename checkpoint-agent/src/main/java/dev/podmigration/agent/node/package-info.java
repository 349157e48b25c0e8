/** Tells the cluster what this node can do. */
@NullMarked
package dev.podmigration.agent.node;

import org.jspecify.annotations.NullMarked;

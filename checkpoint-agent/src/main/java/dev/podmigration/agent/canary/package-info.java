/** Proves that this node can dump and restore, by dumping and restoring something. */
@NullMarked
package dev.podmigration.agent.canary;

import org.jspecify.annotations.NullMarked;

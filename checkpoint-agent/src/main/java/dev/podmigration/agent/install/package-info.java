/**
 * What the agent puts on its node: the launcher, the hook, CRI-O's runtime handler; and takes away
 * again.
 */
@NullMarked
package dev.podmigration.agent.install;

import org.jspecify.annotations.NullMarked;

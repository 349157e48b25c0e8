/** Both ends of the pipes: orders to the runtime launcher, questions from CRIU's hook. */
@NullMarked
package dev.podmigration.agent.launcher;

import org.jspecify.annotations.NullMarked;

/** A node that is played, for tests of what the agent does on it. */
@NullMarked
package dev.podmigration.agent.testnode;

import org.jspecify.annotations.NullMarked;

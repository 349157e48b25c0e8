/**
 * Who may run: the decision tables of both agents, without any input or output, and their durable
 * records.
 *
 * <p>Never two, never none. See docs/architecture.md, "One migration, agent to agent".
 */
@NullMarked
package dev.podmigration.agent.commit;

import org.jspecify.annotations.NullMarked;

/**
 * Who may run: the decision tables of both agents, without any input or output, and their durable
 * records.
 *
 * <p>Never two, never none. See docs/protocol.md.
 */
@NullMarked
package dev.podmigration.agent.commit;

import org.jspecify.annotations.NullMarked;

/**
 * The stream between the agents of two nodes: client, server, identities. Knows the messages, not
 * what they do.
 */
@NullMarked
package dev.podmigration.agent.peer;

import org.jspecify.annotations.NullMarked;

/**
 * Taking the agents back from every node, before what runs them is deleted.
 *
 * <p>A node is put back by its own agent, so that has to happen while there still are agents. An
 * agent that is merely restarted or upgraded must not do it. So the DaemonSet is told to run agents
 * that put their node back and do nothing else; when all of those are ready, no node has anything
 * left.
 */
@NullMarked
package dev.podmigration.agent.retire;

import org.jspecify.annotations.NullMarked;

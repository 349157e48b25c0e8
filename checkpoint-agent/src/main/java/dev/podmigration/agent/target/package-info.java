/**
 * A migration seen from the node that the pod comes to: arm, receive, restore, ask, resume or kill.
 */
@NullMarked
package dev.podmigration.agent.target;

import org.jspecify.annotations.NullMarked;

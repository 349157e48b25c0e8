/**
 * A migration seen from the node that the pod leaves: inspect, copy, freeze, dump, stream, grant or
 * thaw.
 */
@NullMarked
package dev.podmigration.agent.source;

import org.jspecify.annotations.NullMarked;

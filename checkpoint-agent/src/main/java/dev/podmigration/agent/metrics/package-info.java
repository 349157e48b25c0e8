/** Metrics of one node: what its agent carried out, and what the node has proved that it can do. */
@NullMarked
package dev.podmigration.agent.metrics;

import org.jspecify.annotations.NullMarked;

/**
 * What is inside a pod: JVMs, memory, and what CRIU would stumble over. Reads /proc only, changes
 * nothing.
 */
@NullMarked
package dev.podmigration.agent.inspect;

import org.jspecify.annotations.NullMarked;

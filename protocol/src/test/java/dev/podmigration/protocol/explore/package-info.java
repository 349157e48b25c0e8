/** Walks all states that a system can reach, whatever the system is. */
@NullMarked
package dev.podmigration.protocol.explore;

import org.jspecify.annotations.NullMarked;

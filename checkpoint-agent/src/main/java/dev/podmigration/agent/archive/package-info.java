/** Checkpoint archives that the kubelet has written for this project, and how many may stay. */
@NullMarked
package dev.podmigration.agent.archive;

import org.jspecify.annotations.NullMarked;

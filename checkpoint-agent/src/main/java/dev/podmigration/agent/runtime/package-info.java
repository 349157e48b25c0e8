/** CRI-O and the kubelet of this node: what runs, how they are configured, the checkpoint call. */
@NullMarked
package dev.podmigration.agent.runtime;

import org.jspecify.annotations.NullMarked;

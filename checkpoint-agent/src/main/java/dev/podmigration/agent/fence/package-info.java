/**
 * Keeps one copy of a pod silent while the other answers, and loses nothing that peers send
 * meanwhile.
 *
 * <p>Source: after the pause {@link dev.podmigration.agent.fence.PacketFilter#silence} drops
 * everything on the node's side of the pod's interface. Target: {@link
 * dev.podmigration.agent.fence.PacketFilter#dropInput} keeps frames from the pod's network stack
 * while {@link dev.podmigration.agent.fence.HeldFrames} collects them; {@link
 * dev.podmigration.agent.fence.Announcer} makes neighbours send there.
 */
@NullMarked
package dev.podmigration.agent.fence;

import org.jspecify.annotations.NullMarked;

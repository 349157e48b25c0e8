/**
 * A pod's addresses: which it has, which its sockets use, and how they stay its own on another
 * node.
 */
@NullMarked
package dev.podmigration.agent.address;

import org.jspecify.annotations.NullMarked;

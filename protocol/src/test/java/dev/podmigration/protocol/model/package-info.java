/**
 * One migration as the explorer sees it: the real decisions of operator and agents, and around them
 * a model of everything that has effects (drivers, disks, API server, kubelets, network, the user).
 *
 * <p>What is modelled, and what is not, stands in docs/protocol.md.
 */
@NullMarked
package dev.podmigration.protocol.model;

import org.jspecify.annotations.NullMarked;

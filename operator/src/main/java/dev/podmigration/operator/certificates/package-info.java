/**
 * The certificate authority of the agents: one key pair, and the answers to the agents' signing
 * requests.
 */
@NullMarked
package dev.podmigration.operator.certificates;

import org.jspecify.annotations.NullMarked;

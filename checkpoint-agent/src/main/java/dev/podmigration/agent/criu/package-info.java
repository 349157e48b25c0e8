/** CRIU as the OCI runtime uses it: its configuration file, its options, its logs. */
@NullMarked
package dev.podmigration.agent.criu;

import org.jspecify.annotations.NullMarked;

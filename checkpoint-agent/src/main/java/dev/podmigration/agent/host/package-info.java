/** The node as the agent sees it: its files, its programs, its cgroups. */
@NullMarked
package dev.podmigration.agent.host;

import org.jspecify.annotations.NullMarked;

/**
 * What plugins say about a program, and what follows from it: the CRIU options, and which strategy
 * is possible. Calls the code of plugins only behind {@link PluginGuard}.
 */
@NullMarked
package dev.podmigration.operator.workload;

import org.jspecify.annotations.NullMarked;

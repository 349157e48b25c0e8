/**
 * What a plugin implements that knows a kind of program.
 *
 * <p>A {@link dev.podmigration.workload.WorkloadDetector} says what runs in a pod, what CRIU needs
 * for it, and what a person should know. A {@link dev.podmigration.workload.MigrationStrategy} is
 * one way to move it: one rung of the ladder Checkpoint, Hybrid, Savepoint, Recreate. Both are
 * found with {@link java.util.ServiceLoader}, on the class path of the operator and in every jar of
 * its plugin directory.
 *
 * <p>The operator observes, decides, records and only then acts, and it may end at any moment. So a
 * strategy is a step function: it is called again and again until it says that it is done, it keeps
 * what it must remember in a small map that is written to the status of the PodMigration before it
 * is called again, and a step whose outcome was lost is called once more with the same map and the
 * same {@link dev.podmigration.workload.Step#operationId() operation id}.
 *
 * <pre>
 * rung                   what is called, in this order
 * Checkpoint, Hybrid     assess  prepare  awaitFreeze  [freeze, commit, switch]  afterMove
 * Savepoint, Recreate    assess  prepare  move  [replacement pod, switch]        afterMove
 * undone before commit   undo
 * Hybrid, undone         fallback  [replacement pod, switch]  afterMove
 * </pre>
 *
 * <p>A plugin cannot weaken the rules of the commit. It does not see goals, grants or fences, and
 * deletes no pod: where a rung does without a checkpoint it asks for the replacement ({@link
 * dev.podmigration.workload.Progress.ReplacePod}) and the operator makes it. What it gets are
 * copies; what it returns is data that is checked. An exception, or a step that does not return,
 * ends the migration with PluginFailed before the commit, and is reported after it.
 *
 * <p>A migration has one pod today. The types carry a list, for groups that move as one.
 */
@NullMarked
package dev.podmigration.workload;

import org.jspecify.annotations.NullMarked;

/** Input that nobody would send, made from a seed that a failed test names. */
@NullMarked
package dev.podmigration.agent.fuzzing;

import org.jspecify.annotations.NullMarked;

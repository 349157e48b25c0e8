/** Programs that run inside of pods and know what must be true after a move. */
@NullMarked
package dev.podmigration.e2e.workload;

import org.jspecify.annotations.NullMarked;

/** What was detected in a container, and the CRIU options that follow from it. */
@NullMarked
package dev.podmigration.operator.workload;

import org.jspecify.annotations.NullMarked;

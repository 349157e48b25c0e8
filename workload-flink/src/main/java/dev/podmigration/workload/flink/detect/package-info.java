/** Which pods belong to Flink, and what they are in it. */
@NullMarked
package dev.podmigration.workload.flink.detect;

import org.jspecify.annotations.NullMarked;

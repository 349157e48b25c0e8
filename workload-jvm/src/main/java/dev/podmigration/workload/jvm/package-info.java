/** Java virtual machines: how they are recognised, and what they need to be moved. */
@NullMarked
package dev.podmigration.workload.jvm;

import org.jspecify.annotations.NullMarked;

/** Where the REST API of a pod's JobManager is, found so that nobody can point it elsewhere. */
@NullMarked
package dev.podmigration.workload.flink.endpoint;

import org.jspecify.annotations.NullMarked;

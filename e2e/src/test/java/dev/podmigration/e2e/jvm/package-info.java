/** JVMs of every kind that is supported, moved. */
@NullMarked
package dev.podmigration.e2e.jvm;

import org.jspecify.annotations.NullMarked;

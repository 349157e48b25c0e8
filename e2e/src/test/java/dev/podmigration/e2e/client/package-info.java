/** A client outside of the cluster that notices every gap and every wrong answer. */
@NullMarked
package dev.podmigration.e2e.client;

import org.jspecify.annotations.NullMarked;

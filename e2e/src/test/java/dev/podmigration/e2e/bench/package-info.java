/** Measures the freeze; started by bench/freeze. */
@NullMarked
package dev.podmigration.e2e.bench;

import org.jspecify.annotations.NullMarked;

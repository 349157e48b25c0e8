/** An example of a plugin: HTTP services that are asked to drain before they are frozen. */
@NullMarked
package dev.podmigration.examples.drain;

import org.jspecify.annotations.NullMarked;

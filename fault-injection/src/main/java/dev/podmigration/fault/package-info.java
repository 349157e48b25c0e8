/** Points in the programs at which tests break things. Nothing happens there in a normal build. */
@NullMarked
package dev.podmigration.fault;

import org.jspecify.annotations.NullMarked;

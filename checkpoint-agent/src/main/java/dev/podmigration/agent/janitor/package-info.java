/**
 * Takes away what stays behind on a node when the path that should have removed it was cut short,
 * and archives beyond their limits. Never what a record says that an unfinished migration needs.
 */
@NullMarked
package dev.podmigration.agent.janitor;

import org.jspecify.annotations.NullMarked;

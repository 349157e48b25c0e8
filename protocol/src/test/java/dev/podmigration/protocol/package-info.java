/** What must hold for every migration, whatever breaks and in whatever order things happen. */
@NullMarked
package dev.podmigration.protocol;

import org.jspecify.annotations.NullMarked;

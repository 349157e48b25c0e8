/** The lab cluster as tests see it: commands, nodes, pods, migrations, what is left behind. */
@NullMarked
package dev.podmigration.e2e.lab;

import org.jspecify.annotations.NullMarked;

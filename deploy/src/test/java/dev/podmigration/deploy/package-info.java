/** What a user installs and applies: the chart, the manifests rendered from it, the examples. */
@NullMarked
package dev.podmigration.deploy;

import org.jspecify.annotations.NullMarked;

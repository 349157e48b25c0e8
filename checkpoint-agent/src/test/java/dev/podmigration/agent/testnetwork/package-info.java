/** Real network namespaces for tests. */
@NullMarked
package dev.podmigration.agent.testnetwork;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.podmigration.e2e.plan;

import org.jspecify.annotations.NullMarked;

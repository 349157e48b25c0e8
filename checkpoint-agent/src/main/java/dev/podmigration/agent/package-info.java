@NullMarked
package dev.podmigration.agent;

import org.jspecify.annotations.NullMarked;

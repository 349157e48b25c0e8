@NullMarked
package dev.podmigration.api.v1alpha1;

import org.jspecify.annotations.NullMarked;

/**
 * The API of podmigration.dev.
 *
 * <p>Specs and statuses are plain mutable beans, because Jackson and the CRD generator want them.
 * Enum constants are spelled as they appear in YAML, conditions, events and metric labels, so that
 * one search finds all of them.
 */
@NullMarked
package dev.podmigration.api.v1alpha1;

import org.jspecify.annotations.NullMarked;

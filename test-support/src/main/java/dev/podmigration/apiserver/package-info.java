/**
 * A real Kubernetes API server for tests, with the CRDs installed: {@link ApiServerExtension}.
 *
 * <p>There is no controller, scheduler or kubelet: nothing happens unless a test does it. Pods stay
 * Pending and owners are not garbage-collected.
 */
@NullMarked
package dev.podmigration.apiserver;

import org.jspecify.annotations.NullMarked;

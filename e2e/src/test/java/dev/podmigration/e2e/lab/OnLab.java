package dev.podmigration.e2e.lab;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;

/**
 * Tests that need the lab cluster with podmigration installed in it. Without a lab they are
 * skipped, and say so. Each gets a {@link Playground} of its own, and must leave the nodes as it
 * found them.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(LabExtension.class)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
public @interface OnLab {}

/** Connects the handlers to the Java Operator SDK. */
@NullMarked
package dev.podmigration.operator.controller;

import org.jspecify.annotations.NullMarked;

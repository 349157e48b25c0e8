/**
 * Linux system calls that the Java library does not offer, through the foreign-function API.
 *
 * <p>Each class groups the calls of one subject and offers Java-sized methods. A failed call throws
 * {@link dev.podmigration.agent.linux.ErrnoException}. Constants and structure layouts are those of
 * the 64-bit kernel ABI (x86-64 and AArch64).
 */
@NullMarked
package dev.podmigration.agent.linux;

import org.jspecify.annotations.NullMarked;

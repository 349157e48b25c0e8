/** The documentation as tests see it: pages, their headings and links, and the fenced blocks. */
@NullMarked
package dev.podmigration.pages;

import org.jspecify.annotations.NullMarked;

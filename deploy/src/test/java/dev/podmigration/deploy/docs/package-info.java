/** The documentation: what it names exists, what it shows is accepted, its commands run. */
@NullMarked
package dev.podmigration.deploy.docs;

import org.jspecify.annotations.NullMarked;

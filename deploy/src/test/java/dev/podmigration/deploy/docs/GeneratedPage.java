package dev.podmigration.deploy.docs;

import dev.podmigration.deploy.Project;

import java.nio.file.Path;

/**
 * A page of docs/reference.
 *
 * @param name of the file
 * @param text all of it
 */
record GeneratedPage(String name, String text) {
    static final String COMMAND = "mvn -Pupdate-generated -pl deploy -am test";

    /** A page with this first heading, and the sources that it is made from. */
    static GeneratedPage of(String name, String title, String source, String body) {
        return new GeneratedPage(
                name,
                """
                # %s

                Generated from `%s`. To write it again: `%s`

                %s\
                """
                        .formatted(title, source, COMMAND, body));
    }

    Path file() {
        return Project.path("docs/reference").resolve(name);
    }

    /** A cell of a table must not end it. */
    static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;").replace('\n', ' ').strip();
    }

    @Override
    public String toString() {
        return name;
    }
}

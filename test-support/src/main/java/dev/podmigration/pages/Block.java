package dev.podmigration.pages;

/**
 * A fenced block of a page.
 *
 * @param place page and line of its first line, for messages
 * @param language first word after the fence, for example {@code sh}
 * @param mark what follows it: where a block of commands is run (docs/development.md)
 * @param text what is between the fences
 */
public record Block(String place, String language, String mark, String text) {
    /** Commands, and where a test runs them. */
    public boolean isRunIn(String where) {
        return language.equals("sh") && mark.equals(where);
    }

    @Override
    public String toString() {
        return place;
    }
}

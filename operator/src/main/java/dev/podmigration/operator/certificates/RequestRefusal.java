package dev.podmigration.operator.certificates;

/**
 * Why a signing request is not signed.
 *
 * @param reason also the reason of the request's condition
 * @param message for a person
 */
record RequestRefusal(Reason reason, String message) {

    enum Reason {
        /** It is no signing request, or whoever sent it does not hold the key. */
        Unreadable,
        /** A name in it is none that a node can have. */
        MalformedName,
        /** It asks for more, or for something else, than the certificate of an agent has. */
        NotForAnAgent,
        /** Somebody else than the agents' account sent it. */
        NotAnAgent,
        /** The agent that sent it runs on another node. */
        OtherNode,
        /** There is no such node. */
        NoSuchNode
    }

    private static final int LONGEST_NAME = 100;

    /** What a stranger wrote, so that it can stand in a log and in a condition. */
    static String shown(String text) {
        String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
        return printable.length() <= LONGEST_NAME
                ? printable
                : printable.substring(0, LONGEST_NAME) + "...";
    }
}

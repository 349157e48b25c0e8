package dev.podmigration.operator.certificates;

/** A signing request that asks for nothing that could be signed. */
final class RequestRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient RequestRefusal refusal;

    RequestRefusedException(RequestRefusal.Reason reason, String message) {
        super(message);
        this.refusal = new RequestRefusal(reason, message);
    }

    RequestRefusedException(RequestRefusal.Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.refusal = new RequestRefusal(reason, message);
    }

    RequestRefusal refusal() {
        return refusal;
    }
}

package io.streambed.examples.benchmark.store;

/** A store returned something else than what was put. */
public final class WrongValueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With what was asked, what was expected and what came. */
    public WrongValueException(String message) {
        super(message);
    }
}

package dev.podmigration.agent.janitor;

import java.io.IOException;
import java.util.List;

/** Where things of one kind lie. */
interface Store {

    Holding.Kind kind();

    List<Holding> list() throws IOException, InterruptedException;

    /** Whether something else is still there that it belongs to. */
    boolean isNeeded(Holding holding, Needs needs) throws IOException;

    /** Does nothing if it is gone. */
    void remove(Holding holding) throws IOException, InterruptedException;
}

package dev.podmigration.agent.janitor;

import dev.podmigration.agent.address.AddressReservation;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/** Addresses that are kept from other pods, named by the PodCheckpoint that keeps them. */
record ReservationStore(AddressReservation reservations) implements Store {

    @Override
    public Holding.Kind kind() {
        return Holding.Kind.RESERVATION;
    }

    @Override
    public List<Holding> list() throws IOException {
        return reservations.owners().stream().map(owner -> new Holding(kind(), owner, 0)).toList();
    }

    @Override
    public boolean isNeeded(Holding holding, Needs needs) {
        return needs.knows(holding.name());
    }

    @Override
    public void remove(Holding holding) throws IOException, InterruptedException {
        for (InetAddress address : reservations.takenBy(holding.name())) {
            reservations.release(address, holding.name());
        }
    }
}

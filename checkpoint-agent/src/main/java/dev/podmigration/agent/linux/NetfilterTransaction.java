package dev.podmigration.agent.linux;

import dev.podmigration.agent.linux.NetlinkMessage.Request;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/**
 * A few changes of the packet filter (nf_tables) that are made together or not at all. (The
 * kernel's answers to some hundreds would not fit its buffer.) Numbers are those of
 * include/uapi/linux/netfilter/nf_tables.h and nfnetlink.h.
 */
public final class NetfilterTransaction {
    /** Which packets a table sees. */
    public enum Family {
        /** IPv4 and IPv6. */
        INET(1),
        /** Whole frames at one interface. */
        NETDEV(5);

        private final int number;

        Family(int number) {
            this.number = number;
        }
    }

    /** Where a chain looks at packets. */
    public enum Hook {
        INGRESS(0),
        /** Since Linux 5.16. */
        EGRESS(1),
        PREROUTING(0);

        private final int number;

        Hook(int number) {
            this.number = number;
        }
    }

    /** What becomes of a packet that no rule accepts. */
    public enum Policy {
        DROP(0),
        ACCEPT(1);

        private final int number;

        Policy(int number) {
            this.number = number;
        }
    }

    static final int SUBSYSTEM = 10 << 8;
    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;
    private static final int NEW_TABLE = SUBSYSTEM;
    private static final int DELETE_TABLE = SUBSYSTEM | 2;
    private static final int NEW_CHAIN = SUBSYSTEM | 3;
    private static final int NEW_RULE = SUBSYSTEM | 6;

    private static final int REQUEST = 0x1;
    private static final int ACKNOWLEDGED = 0x4;
    private static final int CREATE = 0x400;
    private static final int APPEND = 0x800;

    static final int TABLE_NAME = 1;
    private static final int CHAIN_TABLE = 1;
    private static final int CHAIN_NAME = 3;
    private static final int CHAIN_HOOK = 4;
    private static final int CHAIN_POLICY = 5;
    private static final int CHAIN_TYPE = 7;
    private static final int HOOK_NUMBER = 1;
    private static final int HOOK_PRIORITY = 2;
    private static final int HOOK_DEVICE = 3;
    private static final int RULE_TABLE = 1;
    private static final int RULE_CHAIN = 2;
    private static final int RULE_EXPRESSIONS = 4;

    private final ByteArrayOutputStream messages = new ByteArrayOutputStream();
    private int sequence;

    /** Removes the table with all that is in it; one that does not exist is fine. */
    public NetfilterTransaction remove(Family family, String table) {
        // Only what exists can be deleted (a kernel from 6.3 on could be asked more simply).
        create(family, table);
        return message(DELETE_TABLE, 0, family, request -> request.text(TABLE_NAME, table));
    }

    /** A table without chains. */
    public NetfilterTransaction create(Family family, String table) {
        return message(NEW_TABLE, CREATE, family, request -> request.text(TABLE_NAME, table));
    }

    /** A chain that sees the frames at one interface. */
    public NetfilterTransaction deviceChain(
            String table, String chain, Hook hook, String device, int priority, Policy policy) {
        return chain(
                Family.NETDEV,
                table,
                chain,
                policy,
                request -> hook(request, hook, priority).text(HOOK_DEVICE, device));
    }

    /** A chain that sees the packets of a namespace. */
    public NetfilterTransaction chain(
            String table, String chain, Hook hook, int priority, Policy policy) {
        return chain(Family.INET, table, chain, policy, request -> hook(request, hook, priority));
    }

    /** A rule at the end of a chain: accept what fulfils all conditions. */
    public NetfilterTransaction accept(
            Family family, String table, String chain, NetfilterMatch... conditions) {
        return message(
                NEW_RULE,
                CREATE | APPEND,
                family,
                request ->
                        request.text(RULE_TABLE, table)
                                .text(RULE_CHAIN, chain)
                                .nest(
                                        RULE_EXPRESSIONS,
                                        rule -> {
                                            for (NetfilterMatch condition : conditions) {
                                                condition.addTo(rule);
                                            }
                                            NetfilterMatch.addAcceptTo(rule);
                                        }));
    }

    private NetfilterTransaction chain(
            Family family, String table, String chain, Policy policy, Consumer<Request> hook) {
        return message(
                NEW_CHAIN,
                CREATE,
                family,
                request ->
                        request.text(CHAIN_TABLE, table)
                                .text(CHAIN_NAME, chain)
                                .nest(CHAIN_HOOK, hook)
                                .networkNumber(CHAIN_POLICY, policy.number)
                                .text(CHAIN_TYPE, "filter"));
    }

    private static Request hook(Request request, Hook hook, int priority) {
        return request.networkNumber(HOOK_NUMBER, hook.number)
                .networkNumber(HOOK_PRIORITY, priority);
    }

    private NetfilterTransaction message(
            int type, int flags, Family family, Consumer<Request> content) {
        sequence++;
        // struct nfgenmsg: family, version 0, resource id 0.
        Request request =
                new Request(type, REQUEST | ACKNOWLEDGED | flags, sequence)
                        .bytes(family.number, 0, 0, 0);
        content.accept(request);
        messages.writeBytes(request.build());
        return this;
    }

    /** The whole transaction, to be sent at once. */
    byte[] build() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(batch(BATCH_BEGIN));
        whole.writeBytes(messages.toByteArray());
        whole.writeBytes(batch(BATCH_END));
        return whole.toByteArray();
    }

    /** The resource id, in network order, says whose batch it is. */
    private static byte[] batch(int type) {
        return new Request(type, REQUEST, 0).bytes(0, 0, 0, SUBSYSTEM >> 8).build();
    }

    /** Number of changes; each is acknowledged with its number, from 1 on. */
    int size() {
        return sequence;
    }
}

package dev.podmigration.agent.linux;

import dev.podmigration.agent.linux.NetlinkMessage.Request;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * A condition of a packet filter rule: something of the packet is loaded into a register, then the
 * register is compared. Numbers are those of include/uapi/linux/netfilter/nf_tables.h.
 */
public final class NetfilterMatch {
    private static final int LIST_ELEMENT = 1;
    private static final int EXPRESSION_NAME = 1;
    private static final int EXPRESSION_DATA = 2;
    private static final int REGISTER = 1;

    private static final int META_REGISTER = 1;
    private static final int META_KEY = 2;
    private static final int META_PROTOCOL = 1;
    private static final int META_INTERFACE_TYPE = 8;
    private static final int META_LAYER_4_PROTOCOL = 16;

    private static final int PAYLOAD_REGISTER = 1;
    private static final int PAYLOAD_BASE = 2;
    private static final int PAYLOAD_OFFSET = 3;
    private static final int PAYLOAD_LENGTH = 4;
    private static final int TRANSPORT_HEADER = 2;

    private static final int COMPARE_REGISTER = 1;
    private static final int COMPARE_OPERATION = 2;
    private static final int COMPARE_DATA = 3;
    private static final int DATA_VALUE = 1;
    private static final int EQUAL = 0;
    private static final int NOT_ABOVE = 3;
    private static final int NOT_BELOW = 5;

    private static final int IMMEDIATE_REGISTER = 1;
    private static final int IMMEDIATE_DATA = 2;
    private static final int DATA_VERDICT = 2;
    private static final int VERDICT_CODE = 1;
    private static final int VERDICT_REGISTER = 0;
    private static final int ACCEPT = 1;

    /** ARPHRD_LOOPBACK of include/uapi/linux/if_arp.h. */
    private static final short LOOPBACK = 772;

    private final Consumer<Request> expressions;

    private NetfilterMatch(Consumer<Request> expressions) {
        this.expressions = expressions;
    }

    /** The packet entered through a loopback interface. */
    public static NetfilterMatch fromLoopback() {
        byte[] type =
                ByteBuffer.allocate(2).order(ByteOrder.nativeOrder()).putShort(LOOPBACK).array();
        return meta(META_INTERFACE_TYPE, type);
    }

    /** The frame's type, for example 0x0806 for ARP. */
    public static NetfilterMatch etherType(int type) {
        return meta(META_PROTOCOL, ByteBuffer.allocate(2).putShort((short) type).array());
    }

    /** The protocol behind the IP header, for example 58 for ICMPv6. */
    public static NetfilterMatch transportProtocol(int protocol) {
        return meta(META_LAYER_4_PROTOCOL, new byte[] {(byte) protocol});
    }

    /** The first byte of the transport header, which is ICMP's type, lies between these. */
    public static NetfilterMatch transportType(int first, int last) {
        return new NetfilterMatch(
                rule -> {
                    expression(
                            rule,
                            "payload",
                            data ->
                                    data.networkNumber(PAYLOAD_REGISTER, REGISTER)
                                            .networkNumber(PAYLOAD_BASE, TRANSPORT_HEADER)
                                            .networkNumber(PAYLOAD_OFFSET, 0)
                                            .networkNumber(PAYLOAD_LENGTH, 1));
                    compare(rule, NOT_BELOW, new byte[] {(byte) first});
                    compare(rule, NOT_ABOVE, new byte[] {(byte) last});
                });
    }

    private static NetfilterMatch meta(int key, byte[] value) {
        return new NetfilterMatch(
                rule -> {
                    expression(
                            rule,
                            "meta",
                            data ->
                                    data.networkNumber(META_REGISTER, REGISTER)
                                            .networkNumber(META_KEY, key));
                    compare(rule, EQUAL, value);
                });
    }

    void addTo(Request rule) {
        expressions.accept(rule);
    }

    /** What a rule ends with if all its conditions hold. */
    static void addAcceptTo(Request rule) {
        expression(
                rule,
                "immediate",
                data ->
                        data.networkNumber(IMMEDIATE_REGISTER, VERDICT_REGISTER)
                                .nest(
                                        IMMEDIATE_DATA,
                                        value ->
                                                value.nest(
                                                        DATA_VERDICT,
                                                        v ->
                                                                v.networkNumber(
                                                                        VERDICT_CODE, ACCEPT))));
    }

    private static void compare(Request rule, int operation, byte[] value) {
        expression(
                rule,
                "cmp",
                data ->
                        data.networkNumber(COMPARE_REGISTER, REGISTER)
                                .networkNumber(COMPARE_OPERATION, operation)
                                .nest(COMPARE_DATA, d -> d.attribute(DATA_VALUE, value)));
    }

    private static void expression(Request rule, String name, Consumer<Request> data) {
        rule.nest(
                LIST_ELEMENT,
                element -> element.text(EXPRESSION_NAME, name).nest(EXPRESSION_DATA, data));
    }
}

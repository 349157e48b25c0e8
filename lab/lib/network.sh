# shellcheck shell=sh
# One flat network, SUBNET.0.0/16. The machine "control" holds the bridge; this host, the nodes and, through a bridge in
# each node, all pods are on it. In the host's own network namespace there is one interface, $LAB_INTERFACE.

# An address that is not its own a bridge takes from whichever port has the lowest, so it changes as pods come and go; the
# others then talk for half a minute to one that nobody has.
bridge_mac() { # MACHINE
    # shellcheck disable=SC2046,SC2183
    printf '02:00:%02x:%02x:%02x:%02x' $(machine_address "$1" | tr . ' ')
}

network_in() { # MACHINE COMMAND...: COMMAND of this host in the machine's network namespace
    network_machine=$1
    shift
    nsenter --net="/proc/$(machine_pid "$network_machine")/ns/net" "$@"
}

network_connect_host() {
    network_in control sh -c "
        set -eu
        ip link set lo up
        ip link add lab0 address $(bridge_mac control) type bridge
        ip addr add $LAB_CONTROL_ADDRESS/16 dev lab0
        ip link set lab0 up"
    # Pods must reach each other whatever this machine's firewall thinks of bridged frames.
    network_in control sh -c 'echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables' 2>/dev/null || :
    ip link add "$LAB_INTERFACE" type veth peer name host netns "$(machine_pid control)"
    network_in control ip link set host master lab0 up
    ip addr add "$LAB_HOST_ADDRESS/16" dev "$LAB_INTERFACE"
    ip link set "$LAB_INTERFACE" up
    # Without any route, a Service address is refused before kube-proxy's rules see it.
    network_in control ip route add default via "$LAB_HOST_ADDRESS"
}

network_connect_node() { # NODE
    network_in control ip link add "$1" type veth peer name eth0 netns "$(machine_pid "$1")"
    network_in control ip link set "$1" master lab0 up
    # Pods route through their node, where kube-proxy translates Service addresses. The answer of a pod on the same flat
    # network comes back as a bridged frame: machine/init-node has the bridge show it to netfilter.
    network_in "$1" sh -c "
        set -eu
        ip link set lo up
        ip link add cni0 address $(bridge_mac "$1") type bridge
        ip link set eth0 master cni0
        ip link set eth0 up
        ip link set cni0 up
        ip addr add $(machine_address "$1")/16 dev cni0
        ip route add default via $LAB_HOST_ADDRESS"
}

# One that is not connected, or whose other end has gone, is disconnected.
network_disconnect() { # MACHINE
    if [ "$1" = control ]; then
        ip link delete "$LAB_INTERFACE" 2>/dev/null || :
    elif machine_is_up control; then
        network_in control ip link delete "$1" 2>/dev/null || :
    fi
}

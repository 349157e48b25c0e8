# shellcheck shell=sh disable=SC2034
# Where the lab keeps things and what it calls them. A second lab beside the first needs a name and a subnet of its own:
#   PODMIGRATION_LAB_NAME=mine PODMIGRATION_LAB_SUBNET=10.78 lab/lab up

LAB_CACHE=${PODMIGRATION_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/podmigration}
LAB_NAME=${PODMIGRATION_LAB_NAME:-lab}
LAB_STATE=${PODMIGRATION_LAB:-/var/lib/podmigration-$LAB_NAME}
LAB_SUBNET=${PODMIGRATION_LAB_SUBNET:-10.77}
LAB_SUITE=forky

# The root namespace's interface into the cluster; the kernel takes 15 characters.
LAB_INTERFACE=$(printf 'pm-%s' "$LAB_NAME" | cut -c1-15)
LAB_CGROUP=podmigration-$LAB_NAME

LAB_KUBECONFIG=$LAB_STATE/pki/admin.conf
LAB_HOST_ADDRESS=$LAB_SUBNET.0.1
LAB_CONTROL_ADDRESS=$LAB_SUBNET.0.2
LAB_API=https://$LAB_CONTROL_ADDRESS:6443
# Out of 10.96.0.0/16, as in machine/init-control.
LAB_DNS_ADDRESS=10.96.0.10

LAB_NODES="node-a node-b"
LAB_MACHINES="control $LAB_NODES"

# Pods of node-a get addresses from SUBNET.1.10 on, those of node-b from SUBNET.2.10 on, all in one flat /16: any pod
# address can live on any node.
machine_address() {
    case "$1" in
        control) echo "$LAB_CONTROL_ADDRESS" ;;
        node-a) echo "$LAB_SUBNET.0.11" ;;
        node-b) echo "$LAB_SUBNET.0.12" ;;
        *) die "no machine is called '$1'; there are: $LAB_MACHINES" ;;
    esac
}

node_pod_range() {
    case "$1" in
        node-a) echo "$LAB_SUBNET.1" ;;
        node-b) echo "$LAB_SUBNET.2" ;;
    esac
}

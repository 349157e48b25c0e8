# shellcheck shell=sh
# A machine of the lab: own mount, pid, uts, ipc, net and cgroup namespaces on an overlay over the common Debian root.
# "control" runs the control plane, the others are nodes. What it writes lies in $LAB_STATE/machines/NAME and survives
# `down`, as a disk survives a power cut.

machine_directory() { echo "$LAB_STATE/machines/$1"; }

machine_start_time() { awk '{ sub(/.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null; }

# The process number of the machine's first process in this host's view; fails if it does not run.
machine_pid() {
    [ -s "$(machine_directory "$1")/pid" ] || return 1
    read -r machine_pid_number machine_pid_start <"$(machine_directory "$1")/pid"
    [ "$(machine_start_time "$machine_pid_number")" = "$machine_pid_start" ] || return 1
    echo "$machine_pid_number"
}

machine_is_up() { machine_pid "$1" >/dev/null; }

# Up, and connected to the others: an interrupted `up` leaves machines that are not.
machine_is_complete() { machine_is_up "$1" && [ -e "$(machine_directory "$1")/connected" ]; }

# machine_write MACHINE PATH: stdin becomes a file of the machine.
machine_write() {
    mkdir -p "$(dirname "$(machine_directory "$1")/upper/$2")"
    cat >"$(machine_directory "$1")/upper/$2"
}

# machine_fill MACHINE FILE: the template FILE with @NAME@ replaced.
machine_fill() {
    sed -e "s|@ADDRESS@|$(machine_address "$1")|g" -e "s|@SUBNET@|$LAB_SUBNET|g" \
        -e "s|@POD_RANGE@|$(node_pod_range "$1")|g" -e "s|@DNS_ADDRESS@|$LAB_DNS_ADDRESS|g" "$2"
}

# Written anew at each start; what else is on the machine stays as it was.
machine_configure() {
    machine_upper=$(machine_directory "$1")/upper
    mkdir -p "$machine_upper/usr/local/lib/podmigration-lab" "$machine_upper/usr/local/bin" "$machine_upper/etc"
    cp "$LAB_HOME/machine/supervise" "$LAB_HOME/machine/init-control" "$LAB_HOME/machine/init-node" \
        "$machine_upper/usr/local/lib/podmigration-lab/"
    echo "$1" >"$machine_upper/etc/hostname"
    printf '127.0.0.1 localhost\n%s %s\n' "$(machine_address "$1")" "$1" >"$machine_upper/etc/hosts"
    : >"$machine_upper/etc/resolv.conf"
    [ -e "$machine_upper/etc/machine-id" ] || tr -d - </proc/sys/kernel/random/uuid >"$machine_upper/etc/machine-id"
    echo /usr/lib/no-sys-resource.so >"$machine_upper/etc/ld.so.preload"
    machine_fill "$1" "$LAB_HOME/machine/kube-proxy.yaml" | machine_write "$1" etc/kubernetes/kube-proxy.yaml
    machine_write "$1" etc/kubernetes/kube-proxy.conf <"$LAB_STATE/pki/kube-proxy.conf"
    if [ "$1" = control ]; then
        rm -rf "$machine_upper/etc/kubernetes/pki"
        cp -a "$LAB_STATE/pki" "$machine_upper/etc/kubernetes/pki"
        return
    fi
    cp "$LAB_HOME/machine/pinns" "$machine_upper/usr/local/bin/pinns"
    machine_fill "$1" "$LAB_HOME/machine/crio.conf" | machine_write "$1" etc/crio/crio.conf.d/10-lab.conf
    : | machine_write "$1" etc/crio/crio.conf
    machine_fill "$1" "$LAB_HOME/machine/cni.conflist" | machine_write "$1" etc/cni/net.d/10-lab.conflist
    machine_fill "$1" "$LAB_HOME/machine/kubelet.yaml" | machine_write "$1" etc/kubernetes/kubelet.yaml
    machine_write "$1" etc/kubernetes/kubelet.conf <"$LAB_STATE/pki/$1.conf"
    machine_write "$1" etc/kubernetes/pki/ca.crt <"$LAB_STATE/pki/ca.crt"
    machine_write "$1" etc/kubernetes/pki/kubelet.crt <"$LAB_STATE/pki/$1.crt"
    machine_write "$1" etc/kubernetes/pki/kubelet.key <"$LAB_STATE/pki/$1.key"
}

# The read-only layers below a machine's own, topmost first.
machine_layers() {
    case "$1" in
        control) machine_families="kubernetes etcd" ;;
        *) machine_families="kubernetes crio" ;;
    esac
    for machine_family in $machine_families; do
        machine_layer=$(parts_go "$machine_family")
        printf '%s:' "$machine_layer"
    done
    parts_node_root
}

machine_boot() {
    mkdir -p "$(machine_directory "$1")/upper" "$LAB_STATE/log/$1"
    machine_configure "$1"
    rm -f "$(machine_directory "$1")/pid"
    machine_lower=$(machine_layers "$1")
    (
        cgroup_enter "$1"
        cd /
        MACHINE=$1 MACHINE_DIRECTORY=$(machine_directory "$1") MACHINE_LOG=$LAB_STATE/log/$1 MACHINE_LOWER=$machine_lower
        export MACHINE MACHINE_DIRECTORY MACHINE_LOG MACHINE_LOWER
        exec setsid unshare --mount --pid --fork --uts --ipc --net --cgroup --propagation private \
            sh "$LAB_HOME/machine/root" >"$LAB_STATE/log/$1/boot.log" 2>&1 </dev/null
    ) &
    attempt 20 "start of machine $1 (see $LAB_STATE/log/$1/boot.log)" machine_is_up "$1"
}

machine_is_gone() {
    ! machine_gone_pid=$(machine_pid "$1") || grep -q '^State:.Z' "/proc/$machine_gone_pid/status"
}

machine_stop() {
    # First, as with a power cut: what still ends says so to nobody. And what the kernel has left to say keeps the network
    # namespace for minutes, and with it this interface, which the next start could not make again.
    network_disconnect "$1"
    if machine_first=$(machine_pid "$1"); then kill -9 "$machine_first"; fi
    cgroup_remove "$1"
    # The first process of a namespace goes when all the others have gone, also those that are in none of its cgroups.
    attempt 20 "end of machine $1" machine_is_gone "$1"
    rm -f "$(machine_directory "$1")/pid" "$(machine_directory "$1")/connected"
}

# machine_exec MACHINE COMMAND...: in the machine's namespaces AND cgroups. From other cgroups, what a restarted CRI-O
# starts could not be restored by CRIU.
machine_exec() {
    [ $# -ge 1 ] || die "usage: lab node NODE COMMAND..."
    machine_exec_name=$1
    shift
    [ $# -ge 1 ] || set -- bash -l
    machine_address "$machine_exec_name" >/dev/null
    machine_exec_pid=$(machine_pid "$machine_exec_name") || die "$machine_exec_name does not run: lab/lab up"
    (
        cgroup_enter "$machine_exec_name"
        # What the caller has open must not get into containers either: see machine/root.
        # shellcheck disable=SC2016
        exec nsenter --target "$machine_exec_pid" --mount --pid --uts --ipc --net --cgroup \
            env -i -C / PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
            bash -c '
                for file in /proc/self/fd/*; do
                    [ "${file##*/}" -le 2 ] || eval "exec ${file##*/}>&-"
                done
                exec "$@"' exec "$@"
    )
}

machine_restart() {
    [ $# -eq 2 ] || die "usage: lab restart PROGRAM NODE"
    # shellcheck disable=SC2016
    machine_exec "$2" sh -c 'kill "$(cat "/run/podmigration-lab/$1.pid")"' restart "$1"
}

machine_logs() {
    machine_logs_program=${1:-}
    machine_logs_machine=${2:-*}
    if [ -z "$machine_logs_program" ]; then
        find "$LAB_STATE/log" -name '*.log' 2>/dev/null | sort
        return
    fi
    machine_logs_found=
    for machine_logs_file in "$LAB_STATE"/log/$machine_logs_machine/"$machine_logs_program".log; do
        [ -f "$machine_logs_file" ] || continue
        machine_logs_found=yes
        echo "==> $machine_logs_file"
        cat "$machine_logs_file"
    done
    [ -n "$machine_logs_found" ] || die "no log of $machine_logs_program; 'lab/lab logs' lists what there is"
}

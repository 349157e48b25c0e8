# shellcheck shell=sh
# What this machine must have. Everything that is missing is told at once, with what to do about it.

host_need_root() {
    [ "$(id -u)" -eq 0 ] || die "this needs root (namespaces, mounts, debootstrap): run it with sudo -E"
}

# host_packages COMMAND=PACKAGE...: installs the packages whose command is not there.
host_packages() {
    host_missing=
    for host_pair in "$@"; do
        command -v "${host_pair%%=*}" >/dev/null 2>&1 || host_missing="$host_missing ${host_pair#*=}"
    done
    [ -n "$host_missing" ] || return 0
    host_line="apt-get install -y --no-install-recommends$host_missing"
    if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
        die "missing on this machine:$host_missing. On Debian or Ubuntu run, as root: $host_line"
    fi
    say "installing$host_missing with apt-get (about 10 s)"
    mkdir -p "$LAB_CACHE/log"
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $host_line >"$LAB_CACHE/log/apt.log" 2>&1 </dev/null || {
        apt-get update >"$LAB_CACHE/log/apt.log" 2>&1 || :
        DEBIAN_FRONTEND=noninteractive $host_line >>"$LAB_CACHE/log/apt.log" 2>&1 </dev/null ||
            die "this failed, see $LAB_CACHE/log/apt.log: apt-get update && $host_line"
    }
}

host_need_go() {
    command -v go >/dev/null 2>&1 ||
        die "Go is needed to build Kubernetes and CRI-O: install Go 1.26 or newer (any Go from 1.21 on fetches that by itself)"
}

# host_existing DIRECTORY: it, or the nearest one above that exists.
host_existing() {
    host_directory=$1
    while [ ! -d "$host_directory" ]; do host_directory=$(dirname "$host_directory"); done
    echo "$host_directory"
}

host_free_mib() { df -Pm "$(host_existing "$1")" | awk 'NR == 2 { print $4 }'; }

host_file_system() { stat -f -c %T "$(host_existing "$1")"; }

# host_need_space DIRECTORY MIB WHAT
host_need_space() {
    host_free=$(host_free_mib "$1")
    [ "$host_free" -ge "$2" ] || die "$3 needs $2 MiB under $1, which has $host_free MiB free"
}

# Can this machine carry the cluster?
host_check() {
    host_need_root
    for host_module in overlay br_netfilter nf_tables veth; do
        modprobe -q "$host_module" 2>/dev/null || :
    done
    host_lacks=
    [ -e /proc/sys/kernel/ns_last_pid ] ||
        host_lacks="$host_lacks
  - a kernel with CONFIG_CHECKPOINT_RESTORE (there is no /proc/sys/kernel/ns_last_pid)"
    [ -e /proc/sys/vm/unprivileged_userfaultfd ] ||
        host_lacks="$host_lacks
  - a kernel with CONFIG_USERFAULTFD (there is no /proc/sys/vm/unprivileged_userfaultfd)"
    grep -qw overlay /proc/filesystems ||
        host_lacks="$host_lacks
  - the overlay file system (CONFIG_OVERLAY_FS)"
    [ -d /proc/sys/net/bridge ] ||
        host_lacks="$host_lacks
  - bridge netfilter (CONFIG_BRIDGE_NETFILTER, module br_netfilter): answers of Services would get lost"
    unshare --mount --pid --fork --uts --ipc --net --cgroup --propagation private mount -t tmpfs none /mnt 2>/dev/null ||
        host_lacks="$host_lacks
  - the right to make namespaces and to mount in them (a container without it?)"
    [ "$(host_file_system "$LAB_STATE")" != overlayfs ] ||
        host_lacks="$host_lacks
  - a real file system under $LAB_STATE (it is an overlay, which cannot carry another one): set PODMIGRATION_LAB"
    [ "$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)" -ge 3072 ] ||
        host_lacks="$host_lacks
  - 3 GiB of available memory"
    [ "$(host_free_mib "$LAB_STATE")" -ge 3072 ] ||
        host_lacks="$host_lacks
  - 3 GiB of free disk under $LAB_STATE"
    [ -z "$host_lacks" ] || die "this machine cannot carry the lab. It lacks:$host_lacks"
    host_packages ip=iproute2 openssl=openssl
}

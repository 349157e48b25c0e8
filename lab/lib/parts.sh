# shellcheck shell=sh
# The built parts of the cluster. Each lies in $LAB_CACHE/parts/NAME-KEY as a piece of a root file system (usr/bin/...),
# where KEY is a hash of everything that the part is made of: a changed version is another part, and any checkout that
# needs the same one finds it there.

parts_hash() { sha256sum | cut -c1-16; }

# ---- Go programs -------------------------------------------------------------------------------------------------

# The version that the family's go.mod pins for MODULE, with its v.
parts_go_version() { awk -v module="$2" '$1 == module { print $2; exit }' "$LAB_HOME/go/$1/go.mod"; }

# Arguments of `go build` for a family, one a line. Each program is what its project releases, except that none uses cgo.
parts_go_arguments() {
    case "$1" in
        kubernetes)
            parts_version=$(parts_go_version kubernetes k8s.io/kubernetes)
            parts_minor=${parts_version#v1.}
            parts_stamp=k8s.io/component-base/version
            echo "-ldflags=-s -w -X $parts_stamp.gitVersion=$parts_version -X $parts_stamp.gitMajor=1 -X $parts_stamp.gitMinor=${parts_minor%%.*}"
            for parts_program in kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl; do
                echo "k8s.io/kubernetes/cmd/$parts_program"
            done
            ;;
        crio)
            echo "-ldflags=-s -w"
            echo "-tags=containers_image_openpgp exclude_graphdriver_btrfs btrfs_noversion"
            echo github.com/cri-o/cri-o/cmd/crio
            ;;
        coredns)
            echo "-ldflags=-s -w"
            echo github.com/coredns/coredns
            ;;
        helm)
            # Without the last two, Helm takes the cluster for Kubernetes 1.20 wherever it may not ask it.
            parts_minor=$(parts_go_version helm k8s.io/client-go)
            parts_minor=${parts_minor#v0.}
            parts_capabilities=helm.sh/helm/v3/pkg/chartutil
            echo "-ldflags=-s -w -X helm.sh/helm/v3/internal/version.version=$(parts_go_version helm helm.sh/helm/v3) -X $parts_capabilities.k8sVersionMajor=1 -X $parts_capabilities.k8sVersionMinor=${parts_minor%%.*}"
            echo helm.sh/helm/v3/cmd/helm
            ;;
        etcd | pause)
            echo "-ldflags=-s -w"
            echo .
            ;;
    esac
}

parts_go_expectation() {
    case "$1" in
        kubernetes) echo "5 minutes on two cores the first time" ;;
        crio | coredns) echo "one or two minutes" ;;
        *) echo "half a minute" ;;
    esac
}

parts_go_directory() {
    echo "$LAB_CACHE/parts/$1-$({
        find "$LAB_HOME/go/$1" -type f -name '*.*' | sort | xargs cat
        parts_go_arguments "$1"
    } | parts_hash)"
}

parts_go_compile() {
    cd "$LAB_HOME/go/$1" || return
    parts_output=$2/usr/bin/
    mkdir -p "$parts_output"
    set -f
    parts_old_ifs=$IFS
    IFS='
'
    # shellcheck disable=SC2046
    set -- $(parts_go_arguments "$1")
    IFS=$parts_old_ifs
    set +f
    CGO_ENABLED=0 GOFLAGS='' GOWORK=off go build -v -trimpath -buildvcs=false -o "$parts_output" "$@"
}

# ---- Debian root file systems ------------------------------------------------------------------------------------

# What a node has of Debian: container runtime, CRIU, CNI plugins, tools that an agent may expect on a node.
parts_node_packages=criu,libcriu2,crun,runc,conmon,containernetworking-plugins,skopeo,nftables,iptables,iproute2,procps,kmod,ca-certificates,tini

parts_java_packages() { echo "openjdk-$1-jre-headless,nftables,iproute2,util-linux"; }

# The mirror that this machine's own apt uses, if it is a Debian one; otherwise debootstrap's default.
parts_debian_mirror() {
    if [ -n "${PODMIGRATION_DEBIAN_MIRROR:-}" ]; then
        echo "$PODMIGRATION_DEBIAN_MIRROR"
        return
    fi
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        awk '$1 == "Debian" && $2 !~ /security/ { print $2; exit }'
}

# parts_debian PACKAGES TARGET: a minimal Debian with PACKAGES. debootstrap of older releases does not know the suite.
parts_debian() {
    parts_scripts=$2.debootstrap
    cp -a /usr/share/debootstrap "$parts_scripts"
    [ -e "$parts_scripts/scripts/$LAB_SUITE" ] || ln -s sid "$parts_scripts/scripts/$LAB_SUITE"
    mkdir -p "$LAB_CACHE/debian-packages"
    # shellcheck disable=SC2046
    DEBOOTSTRAP_DIR=$parts_scripts debootstrap --variant=minbase --cache-dir="$LAB_CACHE/debian-packages" \
        --include="$1" "$LAB_SUITE" "$2" $(parts_debian_mirror)
    rm -rf "$parts_scripts" "$2/var/lib/apt/lists" "$2/var/cache/apt" "$2/usr/share/doc" "$2/usr/share/man" \
        "$2/usr/share/locale" "$2/usr/share/info" "$2/var/log" "$2/var/cache/debconf" "$2/etc/resolv.conf" "$2/etc/hostname"
    rm -rf "${2:?}/dev" "$2/run" "$2/tmp"
    mkdir -p "$2/var/log" "$2/dev" "$2/run" "$2/tmp"
    chmod 1777 "$2/tmp"
}

parts_host_debootstrap() {
    host_packages debootstrap=debootstrap
    # Where it is missing (Ubuntu), debootstrap would take packages without checking who made them.
    [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || host_packages no-such-command=debian-archive-keyring
}

parts_host_compiler() {
    command -v cc >/dev/null 2>&1 || host_packages cc=gcc cc=libc6-dev
}

parts_node_root_directory() {
    echo "$LAB_CACHE/parts/node-root-$({
        echo "$LAB_SUITE $parts_node_packages"
        cat "$LAB_HOME/shim/no-sys-resource.c"
    } | parts_hash)"
}

parts_node_root_make() {
    parts_debian "$parts_node_packages" "$1"
    cc -Wall -Wextra -O2 -shared -fPIC -o "$1/usr/lib/no-sys-resource.so" "$LAB_HOME/shim/no-sys-resource.c"
}

# ---- Building ----------------------------------------------------------------------------------------------------

# parts_once DIRECTORY WHAT EXPECTATION COMMAND...: has COMMAND fill a new directory (its last argument), unless DIRECTORY
# is there. A half-made one never carries the name, and a second builder waits for the first.
parts_once() {
    parts_directory=$1
    parts_what=$2
    parts_expectation=$3
    shift 3
    [ ! -d "$parts_directory" ] || return 0
    mkdir -p "$(dirname "$parts_directory")"
    exec 9>"$parts_directory.lock"
    flock -n 9 || {
        say "$parts_what: another build is under way, waiting for it"
        flock 9
    }
    if [ ! -d "$parts_directory" ]; then
        say "building $parts_what (about $parts_expectation)"
        rm -rf "$parts_directory.new"
        watched "$parts_what" "$LAB_CACHE/log/$(basename "$parts_directory").log" "$@" "$parts_directory.new"
        mv "$parts_directory.new" "$parts_directory"
    fi
    rm -f "$parts_directory.lock"
    exec 9>&-
}

# parts_go FAMILY: prints the directory of a family of Go programs, built if it is not there.
parts_go() {
    parts_result=$(parts_go_directory "$1")
    if [ ! -d "$parts_result" ]; then
        host_need_go
        host_need_space "$LAB_CACHE" 8192 "building $1"
        parts_once "$parts_result" "$1" "$(parts_go_expectation "$1")" parts_go_compile "$1"
    fi
    echo "$parts_result"
}

# parts_node_root: prints the directory of the nodes' Debian, built if it is not there.
parts_node_root() {
    parts_result=$(parts_node_root_directory)
    if [ ! -d "$parts_result" ]; then
        host_need_root
        parts_host_debootstrap
        parts_host_compiler
        host_need_space "$LAB_CACHE" 2048 "the nodes' root file system"
        parts_once "$parts_result" "node root file system" "1 minute" parts_node_root_make
    fi
    echo "$parts_result"
}

# parts_program NAME: prints the path of a program of one of the families.
parts_program() {
    [ $# -eq 1 ] || die "usage: lab bin NAME"
    case "$1" in
        kube-* | kubelet | kubectl) parts_family=kubernetes ;;
        crio | etcd | coredns | helm | pause) parts_family=$1 ;;
        *) die "no program is called '$1'; there are: kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl crio etcd coredns helm" ;;
    esac
    parts_path=$(parts_go "$parts_family")/usr/bin/$1
    [ -x "$parts_path" ] || die "no program is called '$1'"
    echo "$parts_path"
}

# What the cluster itself is made of. Debian's packages come over the network while Go keeps the processors busy.
parts_build_cluster() {
    (
        parts_node_root >/dev/null
        image_java_base 25 >/dev/null
    ) &
    parts_debian_build=$!
    for parts_each in kubernetes crio etcd; do parts_go "$parts_each" >/dev/null; done
    image_pause >/dev/null
    image_coredns >/dev/null
    wait "$parts_debian_build" || exit 1
}

parts_build_all() {
    parts_build_cluster
    parts_go helm >/dev/null
}

#!/bin/sh
# The contract of the official Flink image, for the parts that the examples use: jobmanager, taskmanager, and any other
# command as it is. FLINK_PROPERTIES (one "key: value" a line) and JOB_MANAGER_RPC_ADDRESS change conf/config.yaml.
set -eu

FLINK_HOME=${FLINK_HOME:-/opt/flink}
conf=$FLINK_HOME/conf/config.yaml

# set_option KEY VALUE. The file stays flat: one line a key, the value in single quotes.
set_option() {
    # No value contains what the patterns of sed could trip over: keys are letters, digits, dots and dashes.
    sed -i "/^$1:/d" "$conf"
    printf "%s: '%s'\n" "$1" "$(printf '%s' "$2" | sed "s/'/''/g")" >>"$conf"
}

option() {
    sed -n "s/^$1: *'\(.*\)' *$/\1/p" "$conf" | sed "s/''/'/g"
}

configure() {
    set_option jobmanager.rpc.address "${JOB_MANAGER_RPC_ADDRESS:-$(hostname)}"
    printf '%s\n' "${FLINK_PROPERTIES:-}" | while IFS= read -r line; do
        key=$(printf '%s' "${line%%:*}" | tr -d '[:space:]')
        case "$line" in
            *:*) ;;
            *) continue ;;
        esac
        value=$(printf '%s' "${line#*:}" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//')
        set_option "$key" "$value"
    done
}

# ENABLE_BUILT_IN_PLUGINS names files of opt, separated by semicolons.
enable_plugins() {
    echo "${ENABLE_BUILT_IN_PLUGINS:-}" | tr ';' '\n' | while IFS= read -r plugin; do
        [ -n "$plugin" ] || continue
        [ -f "$FLINK_HOME/opt/$plugin" ] || {
            echo "docker-entrypoint.sh: there is no plugin $plugin here (see lab/images/flink/README.md)" >&2
            exit 1
        }
        mkdir -p "$FLINK_HOME/plugins/${plugin%.jar}"
        ln -sf "$FLINK_HOME/opt/$plugin" "$FLINK_HOME/plugins/${plugin%.jar}/"
    done
}

# Flink's own program works out heap, direct memory and metaspace from the memory options, as in bin/taskmanager.sh of a
# distribution. It prints two lines: arguments for the JVM, and options for Flink.
memory() {
    java -Dlog4j2.level=WARN -cp "$FLINK_HOME/lib/*" org.apache.flink.runtime.util.bash.BashJavaUtils "$1" \
        --configDir "$FLINK_HOME/conf" --binDir "$FLINK_HOME/bin" --libDir "$FLINK_HOME/lib" |
        sed -n 's/^BASH_JAVA_UTILS_EXEC_RESULT://p'
}

# as_flink COMMAND...: like the official image, root steps down to the user flink.
as_flink() {
    if [ "$(id -u)" -eq 0 ]; then
        exec setpriv --reuid 9999 --regid 9999 --clear-groups -- "$@"
    fi
    exec "$@"
}

# run ROLE CLASS MEMORY-COMMAND ARGS...
run() {
    enable_plugins
    role=$1
    class=$2
    sizes=$(memory "$3")
    [ "$(printf '%s\n' "$sizes" | wc -l)" -ge 2 ] || {
        echo "docker-entrypoint.sh: Flink does not accept the memory options of the $role" >&2
        exit 1
    }
    shift 3
    # Options are separated by blanks, as in env.java.opts of a distribution.
    # shellcheck disable=SC2046,SC2086
    as_flink java $(printf '%s\n' "$sizes" | sed -n 1p) \
        $(option env.java.opts.all) $(option "env.java.opts.$role") \
        "-Dlog.file=$FLINK_HOME/log/$role.log" \
        "-Dlog4j.configurationFile=file:$FLINK_HOME/conf/log4j-console.properties" \
        -cp "$FLINK_HOME/lib/*" "$class" --configDir "$FLINK_HOME/conf" $(printf '%s\n' "$sizes" | sed -n 2p) "$@"
}

[ $# -gt 0 ] || set -- help
case "$1" in
    help)
        echo "usage: docker-entrypoint.sh jobmanager|standalone-job|taskmanager|COMMAND [ARGS]"
        ;;
    jobmanager)
        shift
        configure
        run jobmanager org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint GET_JM_RESOURCE_PARAMS "$@"
        ;;
    taskmanager)
        shift
        configure
        run taskmanager org.apache.flink.runtime.taskexecutor.TaskManagerRunner GET_TM_RESOURCE_PARAMS "$@"
        ;;
    standalone-job)
        shift
        ls "$FLINK_HOME"/lib/flink-container-*.jar >/dev/null 2>&1 || {
            echo "docker-entrypoint.sh: this version has no application mode here (see lab/images/flink/README.md)" >&2
            exit 1
        }
        configure
        run jobmanager org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint \
            GET_JM_RESOURCE_PARAMS "$@"
        ;;
    history-server)
        echo "docker-entrypoint.sh: $1 is in the official image, not in this one (see lab/images/flink/README.md)" >&2
        exit 1
        ;;
    *)
        configure
        as_flink "$@"
        ;;
esac

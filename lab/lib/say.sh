# shellcheck shell=sh
# What the user sees. All of it goes to stderr: stdout belongs to the verbs that print a path or an answer.

say() { echo "lab: $*" >&2; }

die() {
    echo "lab: error: $*" >&2
    exit 1
}

# attempt SECONDS WHAT COMMAND...: repeats COMMAND until it succeeds; dies naming WHAT when the time is over.
attempt() {
    attempt_until=$(($(date +%s) + $1))
    attempt_what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$attempt_until" ] || die "$attempt_what: not in time. 'lab/lab logs' shows where to look."
        sleep 0.1
    done
}

# watched WHAT LOG COMMAND...: runs a long COMMAND with its output in LOG, shows signs of life, prints the log's end on failure.
watched() {
    watched_what=$1
    watched_log=$2
    shift 2
    mkdir -p "$(dirname "$watched_log")"
    watched_start=$(date +%s)
    "$@" >"$watched_log" 2>&1 </dev/null &
    watched_pid=$!
    watched_tick=0
    while kill -0 "$watched_pid" 2>/dev/null; do
        sleep 0.2
        watched_tick=$((watched_tick + 1))
        [ $((watched_tick % 100)) -ne 0 ] ||
            say "  $watched_what: $(($(date +%s) - watched_start)) s, $(wc -l <"$watched_log") lines in $watched_log"
    done
    if wait "$watched_pid"; then
        say "  $watched_what: done in $(($(date +%s) - watched_start)) s"
    else
        tail -n 30 "$watched_log" >&2
        die "$watched_what failed; the whole log is $watched_log"
    fi
}

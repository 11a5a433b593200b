# shellcheck shell=bash
# Background programs of our own: started in their own session, found again by a pid file
# that cannot be mistaken, stopped only when they are certainly ours.
# A pid file holds "PID START": a pid alone may have been given to another program since.

# process_start PID: the kernel's start time of a process, which with the pid names it for good.
process_start() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # Field 22; the second field is a name in parentheses that may hold blanks.
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    printf '%s' "${20}"
}

# daemon_pid PIDFILE NAME: prints the pid when the recorded process still is the one started.
daemon_pid() {
    local pid start
    read -r pid start 2>/dev/null <"$1" || return 1
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] || return 1
    [ "$(process_start "$pid")" = "$start" ] || return 1
    printf '%s' "$pid"
}

daemon_is_up() { daemon_pid "$@" >/dev/null; }
daemon_is_down() { ! daemon_pid "$@" >/dev/null; }

# daemon_start PIDFILE LOG COMMAND...: starts COMMAND so that it outlives the caller and
# holds nothing of it: no terminal, no folder, no open file (a lock above all).
daemon_start() {
    local pidfile=$1 log=$2
    shift 2
    : >"$log"
    rm -f "$pidfile"
    # shellcheck disable=SC2016 # expanded by the inner shell
    setsid bash -c '
        for fd in /proc/$$/fd/*; do
            fd=${fd##*/}
            [ "$fd" -le 2 ] || eval "exec $fd>&-"
        done
        cd /
        pidfile=$1
        shift
        stat=$(</proc/$$/stat)
        read -r -a fields <<<"${stat##*) }"
        echo "$$ ${fields[19]}" >"$pidfile"
        exec "$@"
    ' daemon "$pidfile" "$@" </dev/null >>"$log" 2>&1 &
    disown
    wait_until 5 test -s "$pidfile" || die "could not start $1: see $log"
}

# daemon_stop PIDFILE NAME SECONDS: asks it to end and waits.
daemon_stop() {
    local pid
    if ! pid=$(daemon_pid "$1" "$2"); then
        rm -f "$1"
        return 0
    fi
    kill -TERM "$pid"
    wait_until "$3" daemon_is_down "$1" "$2" || return 1
    rm -f "$1"
}

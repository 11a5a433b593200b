# shellcheck shell=bash
# The Docker engine: which one, does it answer, and how to get one on a bare Debian machine.

DEFAULT_ENDPOINT=unix:///var/run/docker.sock
ENDPOINT=${DOCKER_HOST:-$DEFAULT_ENDPOINT}
DOCKERD_PID=$RUN_DIR/dockerd.pid
DOCKERD_LOG=$RUN_DIR/dockerd.log

# The client may be set to another engine by its current context; ours is the one named here.
docker_cli() { DOCKER_HOST=$ENDPOINT docker "$@"; }

# engine_answers: asks for /_ping. curl where it can, since a client may not be installed.
engine_answers() {
    case $ENDPOINT in
        unix://*)
            if have curl; then
                [ "$(curl -s --max-time 5 --unix-socket "${ENDPOINT#unix://}" http://engine/_ping 2>/dev/null)" = OK ]
                return
            fi
            ;;
    esac
    have docker && timeout 10 env DOCKER_HOST="$ENDPOINT" docker version >/dev/null 2>&1
}

engine_version() { timeout 10 env DOCKER_HOST="$ENDPOINT" docker version --format '{{.Server.Version}}' 2>/dev/null; }
engine_is_ours() { [ "$ENDPOINT" = "$DEFAULT_ENDPOINT" ] && daemon_is_up "$DOCKERD_PID" dockerd; }

# socket_is_live PATH: a program listens there. A socket file alone may be what a killed one left.
socket_is_live() { grep -qE " (/var)?${1#/var}\$" /proc/net/unix 2>/dev/null; }

# engine_is_starting: a service manager holds the socket while the engine is still on its way; waits for it.
engine_is_starting() {
    [ -w "${ENDPOINT#unix://}" ] && socket_is_live "${ENDPOINT#unix://}" && wait_until 30 engine_answers
}

engine_up() {
    if engine_answers || engine_is_starting; then
        have docker || die "an engine answers on $ENDPOINT, but there is no docker command; install the docker client"
        return 0
    fi
    refuse_impossible_engine
    if ! have dockerd; then
        note "no Docker engine on $ENDPOINT and none installed: installing docker.io from the Debian packages"
        install_engine_packages
    fi
    # On a machine with a service manager the package has started its own service, or it can be asked to.
    if ! wait_until "$(has_systemd && echo 10 || echo 0)" engine_answers; then
        if has_systemd && systemctl start docker >&2; then
            wait_until 60 engine_answers || die "the docker service started, but $ENDPOINT does not answer"
        else
            start_dockerd
        fi
    fi
    have docker || die "the engine runs, but there is no docker command; install the docker client"
}

has_systemd() { [ -d /run/systemd/system ]; }

# refuse_impossible_engine: says what to do where this script cannot help.
refuse_impossible_engine() {
    [ "$ENDPOINT" = "$DEFAULT_ENDPOINT" ] ||
        die "DOCKER_HOST is $ENDPOINT, and no engine answers there; start it, or unset DOCKER_HOST"
    local socket=${ENDPOINT#unix://}
    [ "$(uname -s)" = Linux ] || die "no Docker engine on $ENDPOINT; start Docker Desktop"
    if socket_is_live "$socket"; then
        [ -w "$socket" ] ||
            die "you may not use $socket; add yourself to its group (usermod -aG docker $(id -un)) and log in again"
        die "a program listens on $socket but does not answer; look at the Docker service"
    fi
    is_root ||
        die "no Docker engine on $ENDPOINT; install and start one (Debian, Ubuntu: apt-get install docker.io), or run this as root"
    have dockerd || is_debian_like ||
        die "no Docker engine on $ENDPOINT; this script can install one only on Debian and Ubuntu; see https://docs.docker.com/engine/install/"
}

install_engine_packages() {
    install_packages docker.io iptables ca-certificates curl
    # From Debian 13 on the client is a package of its own.
    if ! have docker && apt-cache show docker-cli >/dev/null 2>&1; then install_packages docker-cli; fi
}

start_dockerd() {
    local search_path
    remove_stale_containerd_traces
    search_path=$(firewall_path)
    if ! launch_dockerd "$search_path" && [ "$SETTLED" = gone ]; then
        # A kernel without bridges or packet filters still trains: a training container needs no network.
        warn "dockerd ended at once; trying once more without container networking"
        launch_dockerd "$search_path" --bridge=none --iptables=false --ip6tables=false &&
            warn "containers on this engine have no network: TrainAptPackage and TrainPipPackage cannot work"
    fi
    if [ "$SETTLED" != up ]; then
        tail -n 20 "$DOCKERD_LOG" >&2
        die "dockerd did not start; its log is $DOCKERD_LOG"
    fi
}

# launch_dockerd PATH OPTION...: starts dockerd on its defaults and waits until it answers.
launch_dockerd() {
    local search_path=$1
    shift
    note "starting dockerd (log: $DOCKERD_LOG)"
    # dockerd refuses to start over a stale pid file whose number is in use again, so it gets one in our folder.
    rm -f "$RUN_DIR/dockerd-own.pid"
    daemon_start "$DOCKERD_PID" "$DOCKERD_LOG" \
        env PATH="$search_path" dockerd --pidfile "$RUN_DIR/dockerd-own.pid" "$@"
    wait_until 60 engine_settled || true
    [ "$SETTLED" != up ] || return 0
    daemon_stop "$DOCKERD_PID" dockerd 30 || true
    return 1
}

# engine_settled: it answers, or it is gone. Says which in SETTLED.
engine_settled() {
    SETTLED=timeout
    if engine_answers; then SETTLED=up; return 0; fi
    local pid
    read -r pid _ <"$DOCKERD_PID"
    [ -d "/proc/$pid" ] || { SETTLED=gone; return 0; }
    return 1
}

# A killed dockerd leaves its containerd's pid file and the system's containerd its socket;
# the next dockerd trusts either and waits for a program that is not there.
remove_stale_containerd_traces() {
    local pidfile=/var/run/docker/containerd/containerd.pid socket=/run/containerd/containerd.sock pid
    if [ -s "$pidfile" ]; then
        pid=$(cat "$pidfile")
        case $(cat "/proc/$pid/comm" 2>/dev/null) in
            *containerd*) ;;
            *) rm -f "$pidfile" ;;
        esac
    fi
    [ -S "$socket" ] && ! socket_is_live "$socket" && rm -f "$socket"
    return 0
}

# firewall_path: the PATH for dockerd. Where the kernel has no nf_tables, iptables fails and
# iptables-legacy works: dockerd then finds the legacy one first, and the machine's choice stays as it is.
firewall_path() {
    local folder=$RUN_DIR/iptables-legacy tool
    if ! iptables -t nat -S >/dev/null 2>&1 && iptables-legacy -t nat -S >/dev/null 2>&1; then
        warn "iptables cannot use this kernel's nf_tables; dockerd uses iptables-legacy"
        mkdir -p "$folder"
        for tool in iptables ip6tables; do
            ln -sf "$(command -v $tool-legacy)" "$folder/$tool"
        done
        printf '%s:%s' "$folder" "$PATH"
        return
    fi
    printf '%s' "$PATH"
}

engine_down() {
    engine_is_ours || { note "no engine that this script started is running"; return 0; }
    note "stopping dockerd"
    daemon_stop "$DOCKERD_PID" dockerd 60 || die "dockerd still runs after 60 s; its log is $DOCKERD_LOG"
}

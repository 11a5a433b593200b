# shellcheck shell=bash
# A registry on a loopback port that stands in for the one that cannot be reached.

REGISTRY_DATA=$STATE_DIR/registry
REGISTRY_PORT_FILE=$STATE_DIR/registry.port
REGISTRY_PID=$RUN_DIR/registry.pid
REGISTRY_LOG=$RUN_DIR/registry.log

registry_host() { printf 'localhost:%s' "$(cat "$REGISTRY_PORT_FILE" 2>/dev/null || echo "${CONTAINERTRAIN_REGISTRY_PORT:-5017}")"; }
registry_is_up() { daemon_is_up "$REGISTRY_PID" docker-registry && registry_answers; }
registry_answers() { curl -fs --max-time 5 -o /dev/null "http://$(registry_loopback)/v2/"; }
# Without a name to look up: "localhost" may mean ::1 first, where we do not listen.
registry_loopback() { local host; host=$(registry_host); printf '127.0.0.1:%s' "${host#*:}"; }

# registry_digest REPOSITORY TAG: the manifest's digest, or a failure.
registry_digest() {
    curl -fsI --max-time 5 -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
        "http://$(registry_loopback)/v2/$1/manifests/$2" | tr -d '\r' | awk -F': ' 'tolower($1) == "docker-content-digest" { print $2 }'
}

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

registry_up() {
    ! registry_is_up || return 0
    daemon_stop "$REGISTRY_PID" docker-registry 10 || die "a registry that does not answer will not end; its log is $REGISTRY_LOG"
    local program port first
    program=$(registry_program)
    first=$(registry_host)
    first=${first#*:}
    for ((port = first; port < first + 20; port++)); do
        ! port_is_taken "$port" || { note "port $port is taken by another program"; continue; }
        ! registry_start "$program" "$port" || return 0
    done
    tail -n 5 "$REGISTRY_LOG" >&2 || true
    die "no registry could be started on ports $first to $((first + 19))"
}

# registry_start PROGRAM PORT
registry_start() {
    mkdir -p "$REGISTRY_DATA"
    printf '%s\n' "$2" >"$REGISTRY_PORT_FILE"
    cat >"$STATE_DIR/registry.yml" <<CONFIG
version: 0.1
log: { level: warn }
storage:
  filesystem: { rootdirectory: $REGISTRY_DATA }
http:
  addr: 127.0.0.1:$2
CONFIG
    daemon_start "$REGISTRY_PID" "$REGISTRY_LOG" "$1" serve "$STATE_DIR/registry.yml"
    wait_until 10 registry_settled && registry_is_up && note "registry on 127.0.0.1:$2"
}

registry_settled() { registry_is_up || daemon_is_down "$REGISTRY_PID" docker-registry; }

# registry_program: the package's program without the package's service, which would listen on every address.
registry_program() {
    if have docker-registry; then
        command -v docker-registry
        return
    fi
    local folder=$STATE_DIR/tools/docker-registry program
    program=$folder/usr/bin/docker-registry
    if [ ! -x "$program" ]; then
        is_debian_like || die "the base image is out of reach, and the registry that would replace it is installed only on Debian and Ubuntu"
        note "unpacking Debian's docker-registry into $folder"
        mkdir -p "$folder"
        (cd "$folder" && rm -f ./*.deb && apt-get -qq -o APT::Sandbox::User= download docker-registry >&2 && dpkg -x ./*.deb . && rm -f ./*.deb) ||
            die "apt-get could not download docker-registry"
    fi
    printf '%s' "$program"
}

registry_down() {
    daemon_is_up "$REGISTRY_PID" docker-registry || { rm -f "$REGISTRY_PID"; return 0; }
    note "stopping the registry"
    daemon_stop "$REGISTRY_PID" docker-registry 20 || die "the registry still runs after 20 s; its log is $REGISTRY_LOG"
}

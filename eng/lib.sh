# shellcheck shell=bash
# What every script in eng/ shares: where the repository is, how to speak, how to wait.
# Source it; it does nothing but define.

# MSBuild and git print paths without links; a root with links in it would never compare equal.
REPO_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck disable=SC2034 # for the scripts that source this
ENG_DIR=$REPO_ROOT/eng
# shellcheck disable=SC2034
ARTIFACTS_DIR=$REPO_ROOT/artifacts
# Daemons and package tools live in sbin, which a non-login shell often leaves out.
export PATH="$PATH:/usr/sbin:/sbin"

# Progress goes to stderr: a script's stdout is its result.
note() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }
warn() { note "warning: $*"; }
die() {
    note "error: $*"
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" -eq 0 ]; }
is_ci() { [ "${CI:-}" = true ]; }

# is_debian_like: Debian, Ubuntu and what calls itself like them.
is_debian_like() {
    if [ ! -r /etc/os-release ] || ! have apt-get; then return 1; fi
    (
        # shellcheck source=/dev/null
        . /etc/os-release
        case " ${ID:-} ${ID_LIKE:-} " in *" debian "* | *" ubuntu "*) true ;; *) false ;; esac
    )
}

# wait_until SECONDS COMMAND...: polls until COMMAND succeeds; fails when the time is up.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.2
    done
}

# hold_lock FILE ARG...: starts this script (one in eng/) anew, with ARGs, under a lock on FILE; returns in that second life.
# "flock --close" keeps the lock in a process of its own: whatever the script starts and leaves
# running (a daemon, a compiler server) cannot take the lock along.
hold_lock() {
    local file=$1
    shift
    if [ "${LOCK_HELD:-}" = "$file" ] || ! have flock; then
        unset LOCK_HELD
        return 0
    fi
    flock --nonblock --close "$file" true || note "another one is at work (lock: $file); waiting for it"
    LOCK_HELD=$file exec flock --close "$file" "$ENG_DIR/$(basename "$0")" "$@"
}

# missing_packages NAME...: those that dpkg does not have installed.
missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || printf '%s ' "$name"
    done
}

# install_packages NAME...: installs what is missing, quietly; asks for root and a Debian.
install_packages() {
    local missing
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    is_root || die "these Debian packages are missing: $missing- install them, or run this as root"
    note "installing $missing"
    local log try
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    # The list lock knows no waiting of its own. A failed update is not the end either:
    # the lists at hand may do, and the installation says if not.
    for try in 1 2 3 4 5; do
        if apt-get -qq update >>"$log" 2>&1; then break; fi
        if [ "$try" = 5 ]; then warn "apt-get update failed; going on with the package lists at hand"; else sleep 3; fi
    done
    # shellcheck disable=SC2086 # a list of names
    if ! apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing >>"$log" 2>&1; then
        tail -n 30 "$log" >&2
        die "apt-get could not install: $missing(its whole output: $log)"
    fi
    rm -f "$log"
}

# elapsed_since MICROSECONDS: "12.3 s" since a time that now_us printed.
# (The decimal separator of EPOCHREALTIME is the locale's.)
now_us() { printf '%s' "${EPOCHREALTIME//[!0-9]/}"; }
elapsed_since() {
    local tenths=$((($(now_us) - $1) / 100000))
    printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

# require_tools: git, and a .NET SDK that this repository builds with.
require_tools() {
    have git || die "git is missing; install it (Debian, Ubuntu: apt-get install git)"
    have dotnet || die "dotnet is missing; install the .NET 10 SDK: https://dotnet.microsoft.com/download"
    local newest
    newest=$(dotnet --list-sdks | sort -V | tail -n 1)
    [ "${newest%%.*}" -ge 10 ] 2>/dev/null ||
        die "the .NET 10 SDK is needed, and the newest one here is '${newest:-none}'; install it: https://dotnet.microsoft.com/download"
}

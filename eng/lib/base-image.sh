# shellcheck shell=bash
# The image that training images start from: Microsoft's, or where its registry is out of
# reach an equal one made of Debian packages and this machine's own .NET runtime.

BASE_REGISTRY=mcr.microsoft.com
BASE_REPOSITORY=dotnet/runtime
BASE_TAG=10.0-noble
BASE_IMAGE=$BASE_REGISTRY/$BASE_REPOSITORY:$BASE_TAG
DOTNET_LINE=10.0
# Present exactly when the mirror is in use; "env" reads it.
MIRROR_FILE=$STATE_DIR/mirror
STAND_IN_LABEL=io.containertrain.stand-in
PULL_FAILED_FILE=$STATE_DIR/pull-failed
PULL_LIMIT_S=${CONTAINERTRAIN_PULL_LIMIT_S:-300}

STAND_IN_SUITE=trixie
# What Microsoft's image has, by Debian's names; libstdc++ and libgcc are what libtorch needs too.
STAND_IN_PACKAGES=ca-certificates,libc6,libgcc-s1,libstdc++6,libssl3t64,libicu76,zlib1g,tzdata

base_image_up() {
    if engine_has_real_base || pull_real_base; then
        rm -f "$MIRROR_FILE" "$PULL_FAILED_FILE"
        return 0
    fi
    registry_up
    stand_in_is_current || make_stand_in
    registry_host >"$MIRROR_FILE"
}

engine_has_real_base() {
    # Somebody may have tagged the stand-in with the real name; its label tells.
    [ "$(docker_cli image inspect --format "{{ index .Config.Labels \"$STAND_IN_LABEL\" }}|" "$BASE_IMAGE" 2>/dev/null)" = '|' ]
}

pull_real_base() {
    # Where packets vanish, a try costs a minute: not on every call. Asked again after an hour.
    if [ -n "$(find "$PULL_FAILED_FILE" -mmin -60 2>/dev/null)" ]; then
        return 1
    fi
    note "pulling $BASE_IMAGE"
    ! timeout "$PULL_LIMIT_S" env DOCKER_HOST="$ENDPOINT" docker pull --quiet "$BASE_IMAGE" >&2 || return 0
    touch "$PULL_FAILED_FILE"
    note "$BASE_REGISTRY is out of reach: using an equal image made of Debian packages and this machine's .NET runtime"
    return 1
}

# stand_in_key: changes when the runtime or the recipe (this file) does.
stand_in_key() { printf 'stand-in-%s-%s' "$(runtime_version)" "$(sha256sum <"${BASH_SOURCE[0]}" | cut -c 1-12)"; }

# The registry holds the image under a second tag, its key: nothing beside the registry has to be kept in step.
stand_in_is_current() {
    local current
    current=$(registry_digest "$BASE_REPOSITORY" "$BASE_TAG") && [ -n "$current" ] &&
        [ "$current" = "$(registry_digest "$BASE_REPOSITORY" "$(stand_in_key)")" ]
}

# runtime_line: "VERSION FOLDER" of the newest fitting runtime of the dotnet on the PATH.
runtime_line() {
    dotnet --list-runtimes | sed -n "s/^Microsoft\.NETCore\.App \(${DOTNET_LINE//./\\.}\.[^ ]*\) \[\(.*\)\]\$/\1 \2/p" | sort -V | tail -n 1
}
runtime_version() { local line; line=$(runtime_line); printf '%s' "${line%% *}"; }

make_stand_in() {
    local reference work old
    [ -n "$(runtime_line)" ] || die "no .NET $DOTNET_LINE runtime found by 'dotnet --list-runtimes'; install the .NET 10 SDK"
    is_debian_like || die "$BASE_IMAGE is out of reach, and an equal image can be made only on Debian and Ubuntu"
    install_packages mmdebstrap debian-archive-keyring
    reference=$(registry_host)/$BASE_REPOSITORY
    # In our own folder: it needs 200 MB, and /tmp may be small or mounted noexec.
    work=$(mktemp -d "$STATE_DIR/base.XXXXXX")
    # shellcheck disable=SC2064 # this folder, now
    trap "rm -rf '$work'" EXIT
    lay_out_dotnet "$work/dotnet"
    note "making a base image: Debian $STAND_IN_SUITE and .NET $(runtime_version)"
    make_root_file_system "$work/dotnet" "$work/base.tar"
    old=$(docker_cli image inspect --format '{{ .Id }}' "$reference:$BASE_TAG" 2>/dev/null || true)
    import_stand_in "$work/base.tar" "$reference:$BASE_TAG"
    docker_cli tag "$reference:$BASE_TAG" "$reference:$(stand_in_key)"
    push "$reference:$BASE_TAG"
    push "$reference:$(stand_in_key)"
    # The key's name was for the registry; in the engine it would only clutter the list,
    # and so would the image before, unless something is built on it.
    docker_cli rmi "$reference:$(stand_in_key)" >/dev/null
    [ -z "$old" ] || docker_cli rmi "$old" >/dev/null 2>&1 || true
    rm -rf "$work"
    note "base image $reference:$BASE_TAG is ready"
}

push() { docker_cli push --quiet "$1" >/dev/null || die "the engine could not push $1; is $ENDPOINT on another machine?"; }

# lay_out_dotnet FOLDER: the runtime alone, as it lies in Microsoft's image; no SDK, no ASP.NET.
lay_out_dotnet() {
    local line version folder root fxr
    line=$(runtime_line)
    version=${line%% *}
    folder=${line#* }
    root=$(dirname "$(dirname "$folder")")
    fxr=$version
    [ -d "$root/host/fxr/$fxr" ] || fxr=$(find "$root/host/fxr" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -V | tail -n 1)
    mkdir -p "$1/shared/Microsoft.NETCore.App" "$1/host/fxr"
    cp -aL "$root/dotnet" "$1/"
    cp -aL "$root/host/fxr/$fxr" "$1/host/fxr/"
    cp -aL "$folder/$version" "$1/shared/Microsoft.NETCore.App/"
    local text
    for text in LICENSE.txt ThirdPartyNotices.txt; do
        [ ! -f "$root/$text" ] || cp -aL "$root/$text" "$1/"
    done
    chown -R 0:0 "$1" 2>/dev/null || true
}

# make_root_file_system DOTNET_FOLDER TAR. No mirror is named: mmdebstrap knows the suite's own.
# Manuals and translations stay out; the copyright files stay in.
make_root_file_system() {
    local mode=unshare
    ! is_root || mode=root
    mmdebstrap --quiet --mode=$mode --variant=minbase --include="$STAND_IN_PACKAGES" \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --customize-hook="mkdir -p \"\$1/usr/share\"" \
        --customize-hook="copy-in '$1' /usr/share" \
        --customize-hook="ln -s /usr/share/dotnet/dotnet \"\$1/usr/bin/dotnet\"" \
        --customize-hook="chroot \"\$1\" groupadd --gid 1654 app" \
        --customize-hook="chroot \"\$1\" useradd --no-log-init --uid 1654 --gid 1654 --create-home app" \
        --customize-hook="rm -rf \"\$1/var/cache/apt\"/*.bin \"\$1/var/lib/apt/lists\"/* \"\$1/var/log\"/*.log" \
        "$STAND_IN_SUITE" "$2" >&2 ||
        die "mmdebstrap could not make the base image; it needs root, or newuidmap and a line for $(id -un) in /etc/subuid"
}

# import_stand_in TAR REFERENCE: with the settings of Microsoft's image.
import_stand_in() {
    docker_cli import \
        --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
        --change 'ENV APP_UID=1654' \
        --change 'ENV ASPNETCORE_HTTP_PORTS=8080' \
        --change 'ENV DOTNET_RUNNING_IN_CONTAINER=true' \
        --change "ENV DOTNET_VERSION=$(runtime_version)" \
        --change "LABEL $STAND_IN_LABEL=\"made from Debian packages and a local .NET runtime in place of $BASE_IMAGE\"" \
        --change 'CMD ["/bin/bash"]' \
        "$1" "$2" >/dev/null || die "the engine could not import the base image"
}

# base_image_state: one line for "status"; fails when training images cannot be built.
base_image_state() {
    if [ -s "$MIRROR_FILE" ]; then
        if ! registry_is_up || ! stand_in_is_current; then
            echo "out of date or unreachable at $(registry_host): run eng/engine.sh up"
            return 1
        fi
        echo "$(registry_host)/$BASE_REPOSITORY:$BASE_TAG, a stand-in for $BASE_IMAGE made from Debian packages"
    else
        if ! engine_has_real_base; then
            echo "missing: run eng/engine.sh up"
            return 1
        fi
        echo "$BASE_IMAGE"
    fi
}

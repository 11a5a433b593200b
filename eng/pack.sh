#!/usr/bin/env bash
# The three packages, under a version that names their sources.
set -euo pipefail
# shellcheck source=eng/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=eng/lib/wall.sh
. "$ENG_DIR/lib/wall.sh"

usage() {
    cat <<'USAGE'
usage: eng/pack.sh [--version]

Packs ContainerTrain.Sdk, ContainerTrain.Runtime and ContainerTrain.Templates into artifacts/packages
and prints their version, the last line on stdout. The version names the content of the sources: when
the packages are there already, nothing is done, and no NuGet cache ever holds an older content
under the same version.

  --version   only print the version
USAGE
}

PACKAGES=(ContainerTrain.Sdk ContainerTrain.Runtime ContainerTrain.Templates)
FEED=$ARTIFACTS_DIR/packages
BINLOG=$ARTIFACTS_DIR/test-results/pack.binlog

# What the packages are made of: all that git knows or would add, by content.
# A listed file may be gone from disk when its removal is not committed yet.
source_files() {
    git ls-files --cached --others --exclude-standard --deduplicate -z -- \
        sdk tasks templates 'Directory.*' global.json |
        while IFS= read -r -d '' file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done
}

source_version() {
    local prefix hash
    prefix=$(sed -n 's:.*<VersionPrefix>\(.*\)</VersionPrefix>.*:\1:p' Directory.Build.props)
    [ -n "$prefix" ] || die "Directory.Build.props has no VersionPrefix"
    hash=$(source_files | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
    # The "h" keeps an all-digit hash from being read as a number with leading zeros.
    printf '%s-dev.h%s' "$prefix" "${hash:0:10}"
}

is_packed() {
    local package
    for package in "${PACKAGES[@]}"; do
        [ -f "$FEED/$package.$1.nupkg" ] || return 1
    done
}

# pack VERSION: into a folder beside the feed; false when the sources changed meanwhile,
# for then the packages would not be what their version says.
pack() {
    local staging=$ARTIFACTS_DIR/packing
    rm -rf "$staging"
    mkdir -p "$staging" "$(dirname "$BINLOG")"
    note "packing $1"
    dotnet pack eng/packages.slnf --configuration Release --nologo --verbosity quiet "-bl:$BINLOG" \
        "-p:Version=$1" "-p:PackageOutputPath=$staging/" >&2 ||
        die "the packages could not be built; the build log is $BINLOG"
    rm -f "$BINLOG"
    [ "$(source_version)" = "$1" ] || return 1
    mv "$staging"/*.nupkg "$FEED/"
    rmdir "$staging" 2>/dev/null || rm -rf "$staging"
    is_packed "$1" || die "packing made no ${PACKAGES[*]} of version $1 in $FEED"
}

# Not the young ones: a test that runs at the same time may still restore from them.
remove_old_packages() {
    find "$FEED" -maxdepth 1 -name 'ContainerTrain.*-dev.*.nupkg' ! -name "*.$1.nupkg" -mmin +60 -delete
}

# The mirror that the engine script set up, if it did: projects under artifacts/ then need no environment.
current_mirror() {
    local TrainRegistryMirror=
    eval "$("$ENG_DIR/engine.sh" env 2>/dev/null | grep '^export TrainRegistryMirror=' | sed 's/^export //')"
    printf '%s' "$TrainRegistryMirror"
}

main() {
    local version try
    cd "$REPO_ROOT"
    write_wall "$(current_mirror)"
    # Two at once would write the same obj folders.
    hold_lock "$ARTIFACTS_DIR/.build.lock"
    for try in 1 2 3; do
        version=$(source_version)
        if is_packed "$version"; then
            note "$version is packed"
            break
        fi
        ! pack "$version" || break
        [ "$try" -lt 3 ] || die "the sources keep changing while they are packed"
        note "the sources changed meanwhile; packing again"
    done
    remove_old_packages "$version"
    printf '%s\n' "$version"
}

case ${1:-} in
    '') main ;;
    --version) cd "$REPO_ROOT"; source_version; echo ;;
    -h | --help) usage ;;
    *) usage >&2; exit 2 ;;
esac

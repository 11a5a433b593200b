# shellcheck shell=bash
# Base images that native libraries do not load on, for the tests of the check that says so.
# Made when a test asks for one, then kept; "engine.sh up" does not make them.

# For base-image.sh, whose recipe of the .NET runtime is used here.
: "${STATE_DIR:=$ARTIFACTS_DIR/native-bases}"
# shellcheck source=eng/lib/base-image.sh
. "$ENG_DIR/lib/base-image.sh"

NATIVE_BASES_DIR=$ARTIFACTS_DIR/native-bases

# native_base NAME: prints the path of the root file system's tar.
#   bookworm  Debian 12 with this machine's .NET runtime: its libstdc++ is too old for TorchSharp 0.107
#   musl      a C library that is not glibc, busybox, and nothing else
native_base() {
    local name=$1 tar
    case $name in bookworm | musl) ;; *) die "there is no base '$name'" ;; esac
    mkdir -p "$NATIVE_BASES_DIR"
    # Two test programs may ask at once; the lock ends with this shell.
    if have flock; then
        exec 9>"$NATIVE_BASES_DIR/lock"
        flock 9
    fi
    tar=$NATIVE_BASES_DIR/$name-$(native_base_key).tar
    if [ ! -f "$tar" ]; then
        is_debian_like || die "base images can be made only on Debian and Ubuntu"
        install_packages mmdebstrap debian-archive-keyring >&2
        rm -rf "$NATIVE_BASES_DIR/$name"-*.tar* "$NATIVE_BASES_DIR/dotnet"
        "make_$name" "$tar.part" >&2 || die "mmdebstrap could not make the base '$name'"
        mv "$tar.part" "$tar"
    fi
    printf '%s\n' "$tar"
}

# Changes when the runtime or a recipe does.
native_base_key() { printf '%s-%s' "$(runtime_version)" "$(sha256sum <"${BASH_SOURCE[0]}" | cut -c 1-12)"; }

# make_bookworm TAR: no ICU, which is large and has nothing to do with what is tested.
make_bookworm() {
    local dotnet=$NATIVE_BASES_DIR/dotnet
    lay_out_dotnet "$dotnet"
    mmdebstrap --quiet --mode="$(mmdebstrap_mode)" --format=tar --variant=minbase --include=libstdc++6,libssl3,zlib1g \
        --customize-hook="copy-in '$dotnet' /usr/share" \
        --customize-hook="ln -s /usr/share/dotnet/dotnet \"\$1/usr/bin/dotnet\"" \
        --customize-hook="rm -rf \"\$1/var/cache/apt\"/*.bin \"\$1/var/lib/apt/lists\"/* \"\$1/usr/share\"/{doc,man,locale}/*" \
        bookworm "$1"
    rm -rf "$dotnet"
}

make_musl() {
    mmdebstrap --quiet --mode="$(mmdebstrap_mode)" --format=tar --variant=extract --include=musl,busybox-static trixie "$1"
}

mmdebstrap_mode() { if is_root; then echo root; else echo unshare; fi; }

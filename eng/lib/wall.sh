# shellcheck shell=bash
# A wall around artifacts/: a project made there is a user's project. The files that MSBuild
# and NuGet look for in parent folders end their search here, so that none of this repository's
# own settings (warnings as errors, central versions, code style) reach it.

# write_wall MIRROR: MIRROR may be empty.
write_wall() {
    mkdir -p "$ARTIFACTS_DIR/packages"
    local property=''
    # A person's own environment comes first: the condition leaves it alone.
    [ -z "$1" ] || property="
  <PropertyGroup>
    <TrainRegistryMirror Condition=\"'\$(TrainRegistryMirror)' == ''\">$1</TrainRegistryMirror>
  </PropertyGroup>
"
    write_if_new "$ARTIFACTS_DIR/Directory.Build.props" "<Project>$property</Project>"
    write_if_new "$ARTIFACTS_DIR/Directory.Build.targets" '<Project></Project>'
    write_if_new "$ARTIFACTS_DIR/Directory.Packages.props" '<Project></Project>'
    write_if_new "$ARTIFACTS_DIR/.editorconfig" 'root = true'
    # No <clear />: the packages just built come on top of the sources that the user has.
    write_if_new "$ARTIFACTS_DIR/nuget.config" '<configuration>
  <packageSources>
    <add key="containertrain-local" value="packages" />
  </packageSources>
</configuration>'
}

# write_if_new FILE TEXT: an unchanged file keeps its time, so nothing is built again for it.
write_if_new() { [ "$(cat "$1" 2>/dev/null)" = "$2" ] || printf '%s\n' "$2" >"$1"; }

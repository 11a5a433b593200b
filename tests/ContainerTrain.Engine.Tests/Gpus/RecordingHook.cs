using System.Collections.Immutable;
using System.Text.Json;

namespace ContainerTrain.Engine.Tests;

/// <summary>What a container runtime handed to NVIDIA's hook.</summary>
/// <param name="Arguments">Of the hook's command line.</param>
/// <param name="State">The OCI state, from the hook's standard input.</param>
/// <param name="Configuration">The OCI configuration of the bundle that the state names.</param>
public sealed record HookCall(string Arguments, JsonElement State, JsonElement Configuration)
{
    /// <summary>The variables of the container that the hook decides by, and the ones that belong to them.</summary>
    public ImmutableSortedDictionary<string, string> Variables { get; } = Configuration.GetProperty("process").GetProperty("env").EnumerateArray()
        .Select(variable => variable.GetString()!.Split('=', 2))
        .Where(pair => pair[0].StartsWith("NVIDIA_", StringComparison.Ordinal) || pair[0] is "TRAIN_RUN_ID" or "TRAIN_DEVICE" or "TRAIN_GPU_COUNT" or "CUBLAS_WORKSPACE_CONFIG")
        .ToImmutableSortedDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    /// <summary>The limits of the program by name.</summary>
    public ImmutableSortedDictionary<string, ulong> Limits { get; } =
        !Configuration.GetProperty("process").TryGetProperty("rlimits", out var limits) || limits.ValueKind != JsonValueKind.Array ? ImmutableSortedDictionary<string, ulong>.Empty
        : limits.EnumerateArray().ToImmutableSortedDictionary(limit => limit.GetProperty("type").GetString()!, limit => limit.GetProperty("hard").GetUInt64(), StringComparer.Ordinal);

    public override string ToString() => $"{Arguments}: {string.Join(' ', Variables)} {string.Join(' ', Limits)}";
}

/// <summary>A program by the name of NVIDIA's hook that writes down what it gets, and gives no GPU to anyone.</summary>
public sealed class RecordingHook
{
    private readonly string _records;

    public RecordingHook(TestFolder folder)
    {
        _records = Directory.CreateDirectory(folder.Path("calls")).FullName;
        // The file of the arguments comes last: when it is there, the record is whole.
        var program = folder.Write("bin/nvidia-container-runtime-hook", $$"""
            #!/bin/sh
            state=$(cat)
            field() { printf '%s' "$state" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
            call={{_records}}/$(field id)
            mkdir -p "$call"
            printf '%s' "$state" >"$call/state.json"
            cp "$(field bundle)/config.json" "$call/config.json"
            printf '%s' "$*" >"$call/arguments"
            if [ -e {{_records}}/refuse ]; then echo 'recording hook: there is no driver' >&2; exit 1; fi
            """.ReplaceLineEndings("\n"));
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        SearchPath = Path.GetDirectoryName(program)!;
    }

    /// <summary>The folder that is to be on the daemon's search path.</summary>
    public string SearchPath { get; }

    /// <summary>While this is kept, the hook fails, as the real one does without a driver.</summary>
    public IDisposable Refusing() => new Mark(Path.Combine(_records, "refuse"));

    /// <summary>The calls for the containers of a run, in order.</summary>
    public IReadOnlyList<HookCall> CallsOf(string runId) =>
        [.. Directory.EnumerateDirectories(_records).OrderBy(folder => File.GetLastWriteTimeUtc(Path.Combine(folder, "arguments")))
            .Select(Read).Where(call => call.Variables.GetValueOrDefault("TRAIN_RUN_ID") == runId)];

    private static HookCall Read(string folder) => new(File.ReadAllText(Path.Combine(folder, "arguments")), Json(folder, "state.json"), Json(folder, "config.json"));

    private static JsonElement Json(string folder, string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name))).RootElement;

    private sealed class Mark : IDisposable
    {
        private readonly string _file;

        public Mark(string file)
        {
            _file = file;
            File.WriteAllText(file, "");
        }

        public void Dispose() => File.Delete(_file);
    }
}

using System.Formats.Tar;
using System.Net;
using System.Text;
using System.Text.Json;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>What of a container's program keeps the kernel from starting it.</summary>
/// <param name="Detail">The program, and what is wrong with it.</param>
internal sealed record ProgramFault(RunReason Reason, string Detail);

/// <summary>
/// Looks at the program that a container was to start. An exit code alone does not tell: 126, 127 and 1 are what a shell or
/// an init process ends with where there is no program, and a program may end with them too.
/// </summary>
internal sealed class ProgramCheck(EngineConnection engine, string container)
{
    private const int MostLinks = 8;
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Exit codes that say nothing, or "not executable" and "not found".</summary>
    private static readonly int[] Suspicious = [-1, 1, 126, 127, 128];

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The outcome with the reason that the program's file gives, where it gives one.</summary>
    public async Task<RunOutcome> ExplainAsync(RunOutcome outcome, ImagePlan image)
    {
        if (outcome.Reason is not (RunReason.Failed or RunReason.NotStarted) || !Suspicious.Contains(outcome.ExitCode) || image.Entrypoint is not [var program, ..])
            return outcome;
        try
        {
            var fault = await EngineCall.LimitedAsync("GET /containers/…/archive", Limit, token => FindAsync(program, image, token), CancellationToken.None);
            return fault is null ? outcome : outcome with { Reason = fault.Reason, Detail = fault.Detail };
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e) || e is InvalidDataException or FormatException or DockerApiException)
        {
            return outcome; // what is known is enough for an outcome
        }
    }

    private async Task<ProgramFault?> FindAsync(string program, ImagePlan image, CancellationToken cancellation)
    {
        // Also because "not found" must mean the program and not the container.
        var inspected = await engine.Docker.Containers.InspectContainerAsync(container, cancellation);
        if (await ResolveAsync(program, image.WorkingDirectory, PathOf(inspected), cancellation) is not { } found)
            return new ProgramFault(RunReason.ProgramMissing, $"'{program}'");
        if (!found.IsExecutable)
            return new ProgramFault(RunReason.ProgramNotExecutable, $"'{found.Path}'");
        var head = await HeadAsync(found.Path, cancellation);
        if (ElfHeader.Parse(head) is { } elf)
            return elf.Fits(engine.Version.Platform) ? null : new ProgramFault(RunReason.WrongMachine, $"'{found.Path}' is for {elf}");
        if (!head.AsSpan().StartsWith("#!"u8))
            return null;
        var interpreter = Encoding.UTF8.GetString(head[2..]).Split('\n')[0].Trim().Split(' ')[0];
        return await StatAsync(interpreter, cancellation) is null
            ? new ProgramFault(RunReason.ProgramMissing, $"'{interpreter}', which '{found.Path}' begins with") : null;
    }

    private static string PathOf(ContainerInspectResponse inspected) =>
        inspected.Config?.Env?.FirstOrDefault(variable => variable.StartsWith("PATH=", StringComparison.Ordinal))?["PATH=".Length..] ?? DefaultPath;

    /// <summary>As execvp does: a name without a slash is looked for in the path, and what cannot be executed is passed over for what can.</summary>
    private async Task<(string Path, bool IsExecutable)?> ResolveAsync(string program, string directory, string path, CancellationToken cancellation)
    {
        string[] candidates = program.Contains('/', StringComparison.Ordinal)
            ? [program.StartsWith('/') ? program : $"{directory.TrimEnd('/')}/{program}"]
            : [.. path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => $"{folder.TrimEnd('/')}/{program}")];
        (string, bool)? found = null;
        foreach (var candidate in candidates)
        {
            if (await StatAsync(candidate, cancellation) is not { } stat)
                continue;
            if (stat.IsExecutable)
                return stat;
            found ??= stat;
        }
        return found;
    }

    /// <summary>A file with its links followed; null if there is none.</summary>
    private async Task<(string Path, bool IsExecutable)?> StatAsync(string path, CancellationToken cancellation)
    {
        for (var links = 0; links < MostLinks; links++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, $"containers/{container}/archive?path={Uri.EscapeDataString(path)}");
            using var response = await engine.Http.SendAsync(request, cancellation);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            if (!response.IsSuccessStatusCode || !response.Headers.TryGetValues("X-Docker-Container-Path-Stat", out var values))
                throw new InvalidDataException($"HEAD /containers/…/archive: {(int)response.StatusCode}");
            using var stat = JsonDocument.Parse(Convert.FromBase64String(values.First()));
            var target = stat.RootElement.TryGetProperty("linkTarget", out var link) ? link.GetString() ?? "" : "";
            if (target.Length == 0 || target == path)
                return (path, IsExecutableFile(stat.RootElement.GetProperty("mode").GetUInt32()));
            path = target.StartsWith('/') ? target : $"{path[..path.LastIndexOf('/')]}/{target}";
        }
        return null;
    }

    /// <summary>Go's os.FileMode: the permissions as everywhere, and the kinds of what is no file in the highest bits.</summary>
    private static bool IsExecutableFile(uint mode) => (mode & 0x8F28_0000) == 0 && (mode & 0b001_001_001) != 0;

    /// <summary>The first bytes of a file, however long it is.</summary>
    private async Task<byte[]> HeadAsync(string path, CancellationToken cancellation)
    {
        var uri = $"containers/{container}/archive?path={Uri.EscapeDataString(path)}";
        using var response = await engine.Http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!response.IsSuccessStatusCode)
            throw new InvalidDataException($"GET /containers/…/archive: {(int)response.StatusCode}");
        var head = new byte[256];
        var tar = new TarReader(await response.Content.ReadAsStreamAsync(cancellation), leaveOpen: true); // disposed, it would read to the end
        var entry = await tar.GetNextEntryAsync(copyData: false, cancellation);
        return entry?.DataStream is { } data ? head[..await data.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation)] : [];
    }
}

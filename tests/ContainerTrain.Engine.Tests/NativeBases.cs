using System.Diagnostics;
using System.Net;
using System.Reflection;
using ContainerTrain.Engine.Tests;

[assembly: AssemblyFixture(typeof(NativeBases))]

namespace ContainerTrain.Engine.Tests;

/// <summary>Root file systems of images that native libraries do not load on, made when a test asks for one (eng/lib/native-bases.sh).</summary>
public sealed class NativeBases
{
    private static readonly string Root =
        typeof(NativeBases).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    private readonly Lazy<Task<string>> _bookworm = new(() => MakeAsync("bookworm"));
    private readonly Lazy<Task<string>> _musl = new(() => MakeAsync("musl"));

    /// <summary>A new image of that name on the engine; the caller removes it.</summary>
    public async Task<string> ImportAsync(ContainerEngine engine, string name)
    {
        var tar = await (name == "musl" ? _musl : _bookworm).Value;
        // Podman 4 reads no tag but the one in the name.
        var image = $"containertrain-tests/{name}:{Guid.NewGuid():n}";
        await using var file = File.OpenRead(tar);
        using var content = new StreamContent(file);
        using var response = await engine.Connection.Http.PostAsync($"images/create?fromSrc=-&repo={Uri.EscapeDataString(image)}", content, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK && !answer.Contains("errorDetail", StringComparison.Ordinal), answer);
        return image;
    }

    private static async Task<string> MakeAsync(string name)
    {
        var script = $"set -e; . eng/lib.sh; . eng/lib/native-bases.sh; native_base {name}";
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script, "native-bases"]) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.SkipUnless(process.ExitCode == 0, $"required: the base image '{name}' could not be made: {await errors}");
        return output.Trim();
    }
}

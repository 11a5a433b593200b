using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ContainerTrain.Benchmarks.Training;

/// <summary>This program once more, for figures that belong to a process.</summary>
internal static class Child
{
    public static string Dotnet { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    /// <summary>What it printed, from JSON.</summary>
    public static T Run<T>(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, typeof(Child).Assembly.GetName().Name + ".dll");
        using var process = Process.Start(new ProcessStartInfo(Dotnet, [program, .. arguments]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<T>(output)!
            : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}

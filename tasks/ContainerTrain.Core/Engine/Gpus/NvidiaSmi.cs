using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;

namespace ContainerTrain.Engine;

/// <summary>How a program ended, and what it printed.</summary>
/// <param name="ExitCode">Its own, or -1 if it did not end in time.</param>
/// <param name="Output">Standard output, then standard error.</param>
public sealed record ProgramAnswer(int ExitCode, string Output);

/// <summary>The program <c>nvidia-smi</c> of this host; a seam, since most machines have no GPU to be tested with.</summary>
public interface INvidiaSmi
{
    /// <summary>Runs it; null where there is no such program.</summary>
    Task<ProgramAnswer?> RunAsync(ImmutableArray<string> arguments, CancellationToken cancellation);
}

/// <summary>The real one, which the driver's package brings.</summary>
public sealed class NvidiaSmi : INvidiaSmi
{
    /// <summary>A driver that hangs must not make the build hang. Without persistence mode an answer takes seconds.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>WSL 2 has it beside the driver's libraries, which are on no search path.</summary>
    private static readonly ImmutableArray<string> Programs = ["nvidia-smi", "/usr/lib/wsl/lib/nvidia-smi"];

    public async Task<ProgramAnswer?> RunAsync(ImmutableArray<string> arguments, CancellationToken cancellation)
    {
        foreach (var program in Programs)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                return await FinishAsync(process, cancellation);
            }
            catch (Win32Exception)
            {
                // There is no such program: the next one.
            }
        }
        return null;
    }

    private static async Task<ProgramAnswer> FinishAsync(Process process, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ProgramAnswer(process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            cancellation.ThrowIfCancellationRequested();
            return new ProgramAnswer(-1, $"no answer within {Limit.TotalSeconds} s");
        }
    }
}

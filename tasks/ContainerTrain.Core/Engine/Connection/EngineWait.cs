using System.Collections.Immutable;
using System.Net.Sockets;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// Selects an engine for something that needs one, and tries again where one refuses connections that was there a moment
/// ago: it is starting. Asking for its version changes nothing, so that it may be asked for as often as one likes.
/// </summary>
internal static class EngineWait
{
    private const int MostTries = 6;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>As <see cref="EngineSelector.Select"/>, with a line for each try after the first.</summary>
    public static async Task<EngineChoice> SelectAsync(EngineKind wanted, EngineSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        for (var next = 2; next <= MostTries; next++)
        {
            var (choice, failure) = TrySelect(wanted, settings, cancellation);
            if (wanted == EngineKind.Process || choice?.Connection is not null || Refusing(wanted, settings) is not { } endpoint)
                return choice ?? throw failure!;
            progress.Report($"The engine at {endpoint} refuses connections; trying again in {Pause.TotalSeconds:0} s ({next} of {MostTries})");
            await Task.Delay(Pause, cancellation);
        }
        return EngineSelector.Select(wanted, settings, cancellation);
    }

    private static (EngineChoice? Choice, ProblemException? Failure) TrySelect(EngineKind wanted, EngineSettings settings, CancellationToken cancellation)
    {
        try
        {
            return (EngineSelector.Select(wanted, settings, cancellation), null);
        }
        catch (ProblemException e)
        {
            return (null, e);
        }
    }

    /// <summary>The first address at which something refuses connections, as opposed to one that is not there or not for this user.</summary>
    private static EngineEndpoint? Refusing(EngineKind wanted, EngineSettings settings)
    {
        ImmutableArray<EngineEndpoint> candidates;
        try
        {
            candidates = EngineLocator.Candidates(wanted, settings);
        }
        catch (ProblemException)
        {
            return null;
        }
        return candidates.FirstOrDefault(endpoint => endpoint.IsUnix && File.Exists(endpoint.Address.LocalPath) && IsRefused(endpoint.Address.LocalPath));
    }

    private static bool IsRefused(string path)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset;
        }
    }
}

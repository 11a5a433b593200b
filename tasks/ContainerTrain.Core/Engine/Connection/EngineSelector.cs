using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Which engine a build uses: a connection, or none and what was tried.</summary>
/// <param name="Connection">Null where the training is to run as a process.</param>
/// <param name="Tried">What was tried in vain, for a message; empty where nothing failed.</param>
public sealed record EngineChoice(EngineConnection? Connection, string Tried) : IDisposable
{
    public void Dispose() => Connection?.Dispose();
}

/// <summary>Turns the wish (TrainEngine) into an engine that answers.</summary>
public static class EngineSelector
{
    /// <exception cref="ProblemException">CT3001 if docker or podman is required and none answers; CT3006.</exception>
    public static EngineChoice Select(EngineKind wanted, EngineSettings settings, CancellationToken cancellation)
    {
        if (wanted == EngineKind.Process)
            return new EngineChoice(null, "");
        var connection = EngineConnection.TryConnect(EngineLocator.Candidates(wanted, settings), out var tried, cancellation);
        if (connection is null && wanted != EngineKind.Auto)
            throw new ProblemException(Codes.NoEngine.With(wanted.ToString().ToLowerInvariant(), tried));
        return new EngineChoice(connection, tried);
    }
}

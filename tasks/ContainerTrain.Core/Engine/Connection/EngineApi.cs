using ContainerTrain.Diagnostics;

namespace ContainerTrain.Engine;

/// <summary>Which version of the API both sides speak.</summary>
internal static class EngineApi
{
    /// <summary>Of Engine 20.10 and Podman 4: older ones lack what builds and runs ask for.</summary>
    public static readonly Version Oldest = new(1, 41);

    /// <summary>Of Engine 28.5, the newest that this SDK was run with. A newer engine is asked in these words.</summary>
    public static readonly Version Newest = new(1, 51);

    /// <summary>The newest version that both know.</summary>
    /// <exception cref="ProblemException">CT3040, CT3041: there is none.</exception>
    /// <exception cref="IOException">The engine does not say what it speaks.</exception>
    public static Version Negotiate(EngineVersion engine, string address)
    {
        if (!Version.TryParse(engine.ApiVersion, out var newest))
            throw new IOException($"it names no version of its API ('{engine.ApiVersion}')");
        if (newest < Oldest)
            throw new ProblemException(Codes.ApiTooOld.With(engine.Kind, engine.Version, address, newest, Oldest));
        if (Version.TryParse(engine.MinApiVersion, out var oldest) && oldest > Newest)
            throw new ProblemException(Codes.ApiTooNew.With(engine.Kind, engine.Version, address, oldest, Newest));
        return newest < Newest ? newest : Newest;
    }
}

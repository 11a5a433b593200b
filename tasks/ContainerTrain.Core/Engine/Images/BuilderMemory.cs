using ContainerTrain.Outcome;

namespace ContainerTrain.Engine;

/// <summary>Which builder an engine turned out to need, remembered per address and version of the engine.</summary>
internal sealed class BuilderMemory
{
    private readonly string _store;
    private readonly Dictionary<string, string> _refusals = new(StringComparer.Ordinal);

    private BuilderMemory(string store) => _store = store;

    /// <summary>Loads what <paramref name="store"/> remembers; a missing store is an empty one.</summary>
    public static BuilderMemory Load(string store)
    {
        var memory = new BuilderMemory(store);
        if (!File.Exists(store))
            return memory;
        foreach (var line in File.ReadLines(store))
        {
            if (line.Split('\t', 2) is [var engine, var refusal])
                memory._refusals[engine] = refusal;
        }
        return memory;
    }

    /// <summary>Whether the engine was tried; <paramref name="refusal"/> is empty if it takes partial images, else why not.</summary>
    public bool TryGet(EngineConnection engine, out string refusal) => _refusals.TryGetValue(KeyOf(engine), out refusal!);

    public void Remember(EngineConnection engine, string refusal)
    {
        _refusals[KeyOf(engine)] = refusal.ReplaceLineEndings(" ");
        Directory.CreateDirectory(Path.GetDirectoryName(_store)!);
        AtomicFile.WriteAllLines(_store, _refusals.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}\t{pair.Value}"));
    }

    private static string KeyOf(EngineConnection engine) =>
        $"{engine.Endpoint.Address.OriginalString} {engine.Version.Kind} {engine.Version.Version}";
}

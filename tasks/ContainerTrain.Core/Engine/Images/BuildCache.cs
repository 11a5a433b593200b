namespace ContainerTrain.Engine;

/// <summary>The user's cache: what all projects of the user share between builds. Deleting it costs time, nothing else.</summary>
/// <param name="Directory">Absolute.</param>
/// <param name="Verify">Whether layers are hashed again although their files look unchanged.</param>
public sealed record BuildCache(string Directory, bool Verify = false)
{
    internal string Locks => Path.Join(Directory, "locks");

    internal string LockOfRun(string id) => Path.Join(Locks, "run-" + id);

    internal string Preflights => Path.Join(Directory, "preflight");

    internal LayerDigests LoadDigests() => LayerDigests.Load(Path.Join(Directory, "layers.tsv"));

    internal BuilderMemory LoadBuilders() => BuilderMemory.Load(Path.Join(Directory, "builders.tsv"));
}

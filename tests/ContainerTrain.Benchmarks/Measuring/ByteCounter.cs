using System.Collections.Immutable;
using ContainerTrain.Benchmarks.Machine;
using ContainerTrain.Benchmarks.Samples;

namespace ContainerTrain.Benchmarks.Measuring;

/// <summary>What one edit sends.</summary>
/// <param name="ToEngine">Bytes that clients sent to the engine's socket, requests and all.</param>
/// <param name="ToRegistry">Bytes that the engine sent to a registry that has the image before the edit; null where it was not measured.</param>
/// <param name="TopLayer">The image's top layer as an uncompressed tar.</param>
internal sealed record EditBytes(string Variant, string Title, long ToEngine, long? ToRegistry, long TopLayer);

/// <summary>Counts bytes with a proxy before the engine's socket and another before a registry.</summary>
internal sealed class ByteCounter(Workspace workspace, string registryProgram, Func<string> nextMarker)
{
    public ImmutableArray<EditBytes> Count(ImmutableArray<Variant> variants)
    {
        // Below /tmp, as the path of a socket has to be short.
        var folder = Directory.CreateTempSubdirectory("ct-bench-").FullName;
        try
        {
            using var engine = CountingProxy.OnSocket(Path.Join(folder, "engine.sock"), workspace.Engine.Endpoint);
            var registryFolder = Directory.CreateDirectory(Path.Join(workspace.Folder, "registry")).FullName;
            using var registry = registryProgram.Length > 0 ? PrivateRegistry.Start(registryProgram, registryFolder) : null;
            using var proxy = registry is null ? null : CountingProxy.OnPort(registry.Port);
            return [.. variants.Where(variant => variant.Image.Length > 0).Select(variant => Count(variant, Path.Join(folder, "engine.sock"), engine, proxy))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private EditBytes Count(Variant variant, string socket, CountingProxy engine, CountingProxy? registry)
    {
        var counted = variant with
        {
            Steps = [.. variant.Steps.Select(step => step with { Variables = step.Variables.SetItem("DOCKER_HOST", "unix://" + socket) })],
        };
        // Once before: through the proxy the engine has another address, and the registry has to have the image before the edit.
        variant.Project.Edit(nextMarker());
        counted.Build(workspace, "bytes-start");
        Push(variant, registry, "1");
        variant.Project.Edit(nextMarker());
        engine.Reset();
        counted.Build(workspace, "bytes");
        var toEngine = engine.Sent;
        variant.Check(workspace, "bytes");
        registry?.Reset();
        Push(variant, registry, "2");
        variant.Project.IsBuilt = false; // the engine's own address has not seen it
        return new EditBytes(variant.Name, variant.Title, toEngine, registry?.Sent, workspace.Engine.LayerLengths(variant.Image)[^1]);
    }

    private void Push(Variant variant, CountingProxy? registry, string tag)
    {
        if (registry is null)
            return;
        var reference = $"localhost:{registry.Port}/{variant.Name}:{tag}";
        workspace.Engine.Tag(variant.Image, reference);
        workspace.Engine.Push(reference, workspace.Log($"push-{variant.Name}-{tag}"));
        workspace.Engine.Remove(reference);
    }
}

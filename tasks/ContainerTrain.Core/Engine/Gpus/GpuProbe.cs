using System.Collections.Immutable;
using System.Text.Json;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>
/// Asks an engine for GPUs before an image is built. No report of an engine says whether it would give them, so it gets a
/// container of an empty image, which cannot run anything. What it says to a driver or a device that nobody has, and in
/// the same words to the one that is wanted, means that it does not have that one either. Any other refusal is about the
/// empty image, and says nothing.
/// </summary>
internal sealed class GpuProbe(EngineConnection engine)
{
    private const string MadeUpDriver = "containertrain-made-up";
    private const string MadeUpDevice = "nvidia.com/containertrain=made-up";

    /// <summary>For the request that makes the image: cut off with the build, it would leave an image behind.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>CT3020 or CT3021, or null if the engine has what is asked for, as far as it tells.</summary>
    public async Task<Problem?> FindProblemAsync(GpuRequest request, EngineGpus gpus, CancellationToken cancellation)
    {
        var names = GpuRequests.CdiNames(request);
        if (gpus.Way == GpuWay.Cdi && gpus.CdiDevices is { } known)
            return Missing(request, names, [.. names.Except(known)], $"its devices are {string.Join(", ", known)}");
        if (gpus.HasRuntime)
            return null;
        try
        {
            return await WithImageAsync(image => gpus.Way == GpuWay.Cdi ? AskForDevicesAsync(image, request, names) : AskForDriverAsync(image, request), cancellation);
        }
        catch (DockerApiException)
        {
            // An engine that takes no image or container now will say why when the run's own are made.
            return null;
        }
    }

    private async Task<Problem?> AskForDriverAsync(string image, GpuRequest request)
    {
        var wanted = GpuRequests.Of(request, GpuWay.NvidiaDriver);
        var refusal = await RefusalAsync(image, wanted);
        var sameAsMadeUp = (await RefusalAsync(image, [new DeviceRequest { Driver = MadeUpDriver, Count = -1, Capabilities = wanted[0].Capabilities }]))
            .Replace(MadeUpDriver, wanted[0].Driver, StringComparison.Ordinal);
        return refusal.Length > 0 && refusal == sameAsMadeUp ? Codes.EngineGivesNoGpu.With(request, engine.Describe(), refusal) : null;
    }

    private async Task<Problem?> AskForDevicesAsync(string image, GpuRequest request, ImmutableArray<string> names)
    {
        var madeUp = await RefusalAsync(image, Cdi(MadeUpDevice));
        var missing = ImmutableArray.CreateBuilder<string>();
        var words = "";
        foreach (var name in names)
        {
            var refusal = await RefusalAsync(image, Cdi(name));
            if (refusal.Length == 0 || refusal != madeUp.Replace(MadeUpDevice, name, StringComparison.Ordinal))
                continue;
            missing.Add(name);
            words = refusal;
        }
        return Missing(request, names, missing.ToImmutable(), words);

        static ImmutableArray<DeviceRequest> Cdi(string name) => [new DeviceRequest { Driver = "cdi", DeviceIDs = [name] }];
    }

    private Problem? Missing(GpuRequest request, ImmutableArray<string> names, ImmutableArray<string> missing, string words) =>
        missing.IsEmpty ? null : Codes.NoCdiDevice.With(request, string.Join(", ", names), engine.Describe(), words);

    /// <summary>Why the engine starts no container with these devices: there is always a reason, as there is no program.</summary>
    private async Task<string> RefusalAsync(string image, ImmutableArray<DeviceRequest> devices)
    {
        var settings = new CreateContainerParameters
        {
            Image = image,
            Cmd = ["/none"],
            HostConfig = new HostConfig { NetworkMode = "none", DeviceRequests = [.. devices] },
        };
        string? container = null;
        try
        {
            container = engine.Version.Kind == EngineKind.Podman
                ? await PodmanContainers.CreateAsync(engine, settings, CancellationToken.None)
                : (await engine.Docker.Containers.CreateContainerAsync(settings, CancellationToken.None)).ID;
            await engine.Docker.Containers.StartContainerAsync(container, new ContainerStartParameters(), CancellationToken.None);
            return "";
        }
        catch (DockerApiException e)
        {
            var words = EngineMessage.Of(e);
            return container is null ? words : words.Replace(container, "", StringComparison.Ordinal);
        }
        finally
        {
            if (container is not null)
                await TidyAsync(() => engine.Docker.Containers.RemoveContainerAsync(container, new ContainerRemoveParameters { Force = true }, CancellationToken.None));
        }
    }

    /// <summary>What cannot be removed is no answer to the question that was asked, and must not take its place.</summary>
    private static async Task TidyAsync(Func<Task> remove)
    {
        try
        {
            await remove();
        }
        catch (Exception e) when (e is DockerApiException || EngineConnection.IsUnreachable(e))
        {
        }
    }

    /// <summary>An image of nothing, for as long as the questions take; each build has its own.</summary>
    private async Task<Problem?> WithImageAsync(Func<string, Task<Problem?>> ask, CancellationToken cancellation)
    {
        var name = $"containertrain/gpu-probe:{Guid.NewGuid():n}";
        // An archive ends with two empty blocks.
        using var content = new ByteArrayContent(new byte[1024]);
        content.Headers.ContentType = new("application/x-tar");
        cancellation.ThrowIfCancellationRequested();
        using var limit = new CancellationTokenSource(Limit);
        using var response = await engine.Http.PostAsync($"images/create?fromSrc=-&repo={name.Split(':')[0]}&tag={name.Split(':')[1]}", content, limit.Token);
        var answer = await response.Content.ReadAsStringAsync(limit.Token);
        if (!response.IsSuccessStatusCode)
            throw new DockerApiException(response.StatusCode, answer);
        using var document = JsonDocument.Parse(answer.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        var image = document.RootElement.GetProperty("status").GetString()!;
        try
        {
            return await ask(image);
        }
        finally
        {
            await TidyAsync(() => engine.Docker.Images.DeleteImageAsync(image, new ImageDeleteParameters { Force = true }, CancellationToken.None));
        }
    }
}

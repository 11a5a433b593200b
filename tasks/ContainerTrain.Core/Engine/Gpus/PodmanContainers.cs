using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>
/// Creates containers by Podman's own interface. Its Docker-compatible one drops every request for devices without a word
/// before version 5 (seen with 4.3.1; https://github.com/containers/podman/issues/19338), so that the program would run on
/// the CPU. Attaching, starting and all the rest are the same for containers of both.
/// </summary>
internal static class PodmanContainers
{
    /// <summary>Podman counts processor time in parts of this many microseconds, as Docker does.</summary>
    private const long CpuPeriod = 100_000;

    /// <summary>Creates the container that the parameters describe; returns its id.</summary>
    /// <exception cref="DockerApiException">Podman refused it.</exception>
    public static async Task<string> CreateAsync(EngineConnection engine, CreateContainerParameters parameters, CancellationToken cancellation)
    {
        // The version is that of the interface: each Podman serves those of earlier ones.
        using var response = await engine.Http.PostAsJsonAsync("/v4.0.0/libpod/containers/create", Specification(parameters), cancellation);
        var body = await response.Content.ReadAsStringAsync(cancellation);
        if (!response.IsSuccessStatusCode)
            throw new DockerApiException(response.StatusCode, body);
        return JsonNode.Parse(body)!["Id"]!.GetValue<string>();
    }

    /// <summary>The parameters in Podman's words, as far as <see cref="ContainerSettings"/> sets them.</summary>
    internal static JsonObject Specification(CreateContainerParameters parameters)
    {
        var host = parameters.HostConfig!;
        return new JsonObject
        {
            ["name"] = parameters.Name,
            ["image"] = parameters.Image,
            ["command"] = Texts(parameters.Cmd),
            ["env"] = Map((parameters.Env ?? []).Select(variable => variable.Split('=', 2)).Select(parts => KeyValuePair.Create(parts[0], parts[1]))),
            ["user"] = parameters.User,
            ["work_dir"] = parameters.WorkingDir is { Length: > 0 } directory ? directory : null,
            ["labels"] = Map(parameters.Labels ?? new Dictionary<string, string>()),
            ["mounts"] = new JsonArray([.. Mounts(host)]),
            ["volumes"] = new JsonArray([.. Volumes(host)]),
            ["read_only_filesystem"] = host.ReadonlyRootfs,
            ["init"] = host.Init == true,
            ["cap_drop"] = Texts(host.CapDrop),
            ["cap_add"] = host.CapAdd is { Count: > 0 } ? Texts(host.CapAdd) : null,
            ["no_new_privileges"] = host.SecurityOpt?.Contains("no-new-privileges") == true,
            ["netns"] = new JsonObject { ["nsmode"] = host.NetworkMode is "none" or "host" ? host.NetworkMode : "bridge" },
            ["networks"] = host.NetworkMode is null or "" or "none" or "host" or "bridge" ? null : new JsonObject { [host.NetworkMode] = new JsonObject() },
            ["portmappings"] = host.PortBindings is { Count: > 0 } ports ? new JsonArray([.. ports.SelectMany(Ports)]) : null,
            ["hostadd"] = host.ExtraHosts is { Count: > 0 } hosts ? Texts(hosts) : null,
            ["resource_limits"] = Limits(host),
            ["shm_size"] = host.ShmSize > 0 ? host.ShmSize : null,
            ["r_limits"] = host.Ulimits is { Count: > 0 } limits ? new JsonArray([.. limits.Select(Limit)]) : null,
            ["devices"] = new JsonArray([.. Devices(host).Select(name => new JsonObject { ["path"] = name })]),
        };
    }

    private static IEnumerable<JsonNode> Mounts(HostConfig host)
    {
        foreach (var mount in (host.Mounts ?? []).Where(mount => mount.Type == "bind"))
            yield return Mount("bind", mount.Source!, mount.Target!, "rbind", mount.ReadOnly == true ? "ro" : "rw");
        foreach (var (path, options) in host.Tmpfs ?? new Dictionary<string, string>())
            yield return Mount("tmpfs", "tmpfs", path, options.Split(','));
    }

    private static JsonObject Mount(string type, string source, string target, params string[] options) =>
        new() { ["type"] = type, ["source"] = source, ["destination"] = target, ["options"] = Texts(options) };

    private static IEnumerable<JsonNode> Volumes(HostConfig host) => (host.Mounts ?? []).Where(mount => mount.Type == "volume").Select(mount =>
        new JsonObject { ["Name"] = mount.Source, ["Dest"] = mount.Target, ["Options"] = Texts([mount.ReadOnly == true ? "ro" : "rw"]) });

    /// <summary>Names of CDI devices, and devices of the host as on Podman's command line.</summary>
    private static IEnumerable<string> Devices(HostConfig host) =>
        (host.DeviceRequests ?? []).SelectMany(request => request.DeviceIDs ?? [])
            .Concat((host.Devices ?? []).Select(device => $"{device.PathOnHost}:{device.PathInContainer}:{device.CgroupPermissions}"));

    private static IEnumerable<JsonNode> Ports(KeyValuePair<string, IList<PortBinding>> bindings)
    {
        var port = bindings.Key.Split('/');
        foreach (var binding in bindings.Value)
        {
            yield return new JsonObject
            {
                ["container_port"] = int.Parse(port[0], CultureInfo.InvariantCulture),
                ["protocol"] = port[1],
                ["host_ip"] = binding.HostIP,
                // Without a number Podman takes a free one.
                ["host_port"] = binding.HostPort is { Length: > 0 } number ? int.Parse(number, CultureInfo.InvariantCulture) : null,
            };
        }
    }

    private static JsonObject Limits(HostConfig host)
    {
        var limits = new JsonObject();
        if (host.Memory > 0)
            limits["memory"] = new JsonObject { ["limit"] = host.Memory, ["swap"] = host.MemorySwap };
        var cpu = new JsonObject();
        if (host.NanoCPUs > 0)
            (cpu["quota"], cpu["period"]) = (host.NanoCPUs * CpuPeriod / 1_000_000_000, CpuPeriod);
        if (host.CpusetCpus is { Length: > 0 } set)
            cpu["cpus"] = set;
        if (cpu.Count > 0)
            limits["cpu"] = cpu;
        if (host.PidsLimit > 0)
            limits["pids"] = new JsonObject { ["limit"] = host.PidsLimit };
        return limits;
    }

    /// <summary>Unsigned, so that "no limit" is the largest number.</summary>
    private static JsonObject Limit(Ulimit limit) => new() { ["type"] = limit.Name, ["soft"] = unchecked((ulong)limit.Soft), ["hard"] = unchecked((ulong)limit.Hard) };

    private static JsonObject Map(IEnumerable<KeyValuePair<string, string>> pairs) => new(pairs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private static JsonArray Texts(IEnumerable<string>? texts) => new([.. (texts ?? []).Select(text => (JsonNode)text)]);
}

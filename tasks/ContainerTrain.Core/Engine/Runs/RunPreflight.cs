using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>
/// What would keep a container from being what the plan says, found before an image is built. An engine says some of it
/// only in the words of its start, and some not at all: limits that it cannot keep it leaves out with a warning.
/// </summary>
internal static class RunPreflight
{
    /// <exception cref="ProblemException">CT1052, CT3050, CT3051, CT3056: everything that was found; CT3005 if the engine does not answer.</exception>
    /// <param name="isHere">Whether the engine is known to be on this host, so that its devices and ports are.</param>
    public static void Check(RunPlan run, EngineConnection engine, bool isHere)
    {
        var problems = isHere ? OnThisHost(run, engine.Endpoint.IsUnix ? engine.Endpoint.Address.LocalPath : "") : [];
        if (HasLimits(run))
            problems = problems.Concat(Limits(run, Info(engine), engine.Describe()));
        if (engine.Version.Kind == EngineKind.Podman && run.ExtraHosts.FirstOrDefault(host => host.EndsWith(":" + RunPlan.HostGateway, StringComparison.Ordinal)) is { } gateway)
            problems = problems.Append(Codes.LimitNotKept.With($"TrainExtraHost '{gateway}'", engine.Describe(), "its Docker-compatible interface does not know host-gateway; inside, the host already is host.containers.internal"));
        var found = problems.ToImmutableArray();
        if (!found.IsEmpty)
            throw new ProblemException(found);
    }

    /// <param name="socket">The engine's own, which may be at no usual place; empty if it has none.</param>
    internal static IEnumerable<Problem> OnThisHost(RunPlan run, string socket)
    {
        foreach (var mount in run.Mounts.Where(mount => mount.Kind == MountKind.Bind))
        {
            if (EngineSockets.Below(mount.Source, socket.Length > 0 ? [socket] : []) is { } shown)
                yield return Codes.EngineSocketMounted.With("The mount of", mount.Source, shown);
        }
        foreach (var device in run.Devices.Where(device => !Path.Exists(device.Source)))
            yield return Codes.DeviceNotOnHost.With(device.Source);
        foreach (var port in run.Ports.Where(port => port.HostPort != 0))
        {
            if (Refusal(port) is { } refusal)
                yield return Codes.PortInUse.With($"{port.HostAddress}:{port.HostPort}", port, refusal);
        }
    }

    private static SystemInfoResponse Info(EngineConnection engine)
    {
        try
        {
            return new ContainerCalls(engine).InfoAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
            throw new ProblemException(Codes.EngineError.With("Asking for limits", engine.Endpoint, (e.InnerException ?? e).Message), e);
        }
    }

    private static bool HasLimits(RunPlan run) =>
        run.Memory is not null || run.NanoCpus is not null || run.PidsLimit is not null || run.CpuSet.Length > 0;

    /// <summary>Limits that the engine says its control groups do not have.</summary>
    internal static IEnumerable<Problem> Limits(RunPlan run, SystemInfoResponse info, string engine)
    {
        const string noController = "its control groups lack the controller '{0}'";
        if (run.Memory is not null && !info.MemoryLimit)
            yield return NotKept("TrainMemory", "memory");
        else if (run.MemorySwap is not null && !info.SwapLimit)
            yield return Codes.LimitNotKept.With("TrainMemorySwap", engine, "its kernel does not count swap (boot with swapaccount=1)");
        if (run.NanoCpus is not null && !info.CPUCfsQuota)
            yield return NotKept("TrainCpus", "cpu");
        if (run.NanoCpus > info.NCPU * 1_000_000_000L)
            yield return Codes.LimitNotKept.With($"TrainCpus={run.NanoCpus / 1e9:0.##}", engine, $"it has {info.NCPU} processors");
        if (run.CpuSet.Length > 0 && !info.CPUSet)
            yield return NotKept("TrainCpuSet", "cpuset");
        if (run.PidsLimit is not null && !info.PidsLimit)
            yield return NotKept("TrainPidsLimit", "pids");

        Problem NotKept(string property, string controller) =>
            Codes.LimitNotKept.With(property, engine, string.Format(System.Globalization.CultureInfo.InvariantCulture, noController, controller));
    }

    /// <summary>Why a port cannot be had; null if it can, or if only the engine may have it.</summary>
    private static string? Refusal(PortPlan port)
    {
        var address = IPAddress.Parse(port.HostAddress);
        var isTcp = port.Type == "tcp";
        try
        {
            using var socket = new Socket(address.AddressFamily, isTcp ? SocketType.Stream : SocketType.Dgram, isTcp ? ProtocolType.Tcp : ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, port.HostPort));
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable)
        {
            return e.Message;
        }
        catch (SocketException)
        {
            return null; // a port below 1024, say
        }
    }
}

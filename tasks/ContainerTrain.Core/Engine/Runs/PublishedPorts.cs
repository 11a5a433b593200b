using Docker.DotNet;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Says where the ports of a container that has started can be reached.</summary>
internal static class PublishedPorts
{
    /// <summary>A line for each port. Only those that the engine chose are asked for.</summary>
    public static async Task SayAsync(EngineConnection engine, string container, RunRequest request, CancellationToken cancellation)
    {
        var ports = request.Plan.Run.Ports;
        if (ports.IsEmpty || request.Notices is not { } notices)
            return;
        foreach (var port in ports.Where(port => port.HostPort != 0))
            notices.Report(Line(port, port.HostPort));
        if (ports.All(port => port.HostPort != 0))
            return;
        try
        {
            var given = (await engine.Docker.Containers.InspectContainerAsync(container, cancellation)).NetworkSettings?.Ports;
            foreach (var port in ports.Where(port => port.HostPort == 0))
            {
                foreach (var binding in given is not null && given.TryGetValue(port.ToString(), out var bindings) ? bindings ?? [] : [])
                    notices.Report($"Port {port} is at {binding.HostIP}:{binding.HostPort}");
            }
        }
        catch (DockerApiException)
        {
            // It has ended already: nobody can reach it any more.
        }
    }

    private static string Line(PortPlan port, int hostPort) => $"Port {port} is at {port.HostAddress}:{hostPort}";
}

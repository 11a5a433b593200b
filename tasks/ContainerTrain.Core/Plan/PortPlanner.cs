using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>ContainerPort items with a HostPort: ports that the host forwards to the container.</summary>
internal static class PortPlanner
{
    private const string Auto = "auto";

    /// <summary>Others on the network have no business with a training, unless the project says so.</summary>
    private const string Loopback = "127.0.0.1";

    public static ImmutableArray<PortPlan> Plan(TrainInputs inputs, ProblemCollector problems)
    {
        var ports = ImmutableArray.CreateBuilder<PortPlan>();
        foreach (var item in inputs.Image.Ports)
        {
            if (PlanOf(item, problems) is not { } port)
                continue;
            if (ports.FirstOrDefault(other => Collide(port, other)) is { } taken)
                problems.AddForItem("ContainerPort", item.Include, Codes.InvalidPublication, port, $"is to be published at {port.HostAddress}:{port.HostPort}, as is '{taken}'");
            ports.Add(port);
        }
        if (ports.Count > 0 && (inputs.Run.Network is "none" or "host" || inputs.Run.Network.StartsWith("container:", StringComparison.Ordinal)))
            problems.AddForProperty("TrainNetwork", Codes.SettingsExclude, $"TrainNetwork={inputs.Run.Network}", $"the HostPort of ContainerPort '{ports[0]}'", "only a network of the container's own has ports that the host can forward");
        return ports.ToImmutable();
    }

    /// <summary>Whether a text is an IP address as it is usually written: .NET also reads '1' as one.</summary>
    public static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address) && !text.AsSpan().ContainsAny("%[]/")
        && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text);

    private static PortPlan? PlanOf(InputItem item, ProblemCollector problems)
    {
        var (hostPort, address) = (item["HostPort"].Trim(), item["HostAddress"].Trim());
        if (hostPort.Length == 0)
        {
            if (address.Length > 0)
                problems.AddForItem("ContainerPort", item.Include, Codes.InvalidPublication, item.Include, $"has the HostAddress '{address}' and no HostPort");
            return null;
        }
        var type = item["Type"].Length > 0 ? item["Type"].ToLowerInvariant() : "tcp";
        // A number or type that is wrong is the image's problem already.
        _ = int.TryParse(item.Include, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        var published = 0;
        if (!hostPort.Equals(Auto, StringComparison.OrdinalIgnoreCase) && (!int.TryParse(hostPort, NumberStyles.None, CultureInfo.InvariantCulture, out published) || published > 65_535))
            problems.AddForItem("ContainerPort", item.Include, Codes.InvalidPublication, $"{item.Include}/{type}", $"has the HostPort '{hostPort}', which is neither a port nor {Auto}");
        if (address.Length > 0 && !IsAddress(address))
            problems.AddForItem("ContainerPort", item.Include, Codes.InvalidPublication, $"{item.Include}/{type}", $"has the HostAddress '{address}', which is no IP address");
        return new PortPlan(number, type, address.Length > 0 ? address : Loopback, published);
    }

    private static bool Collide(PortPlan one, PortPlan other) =>
        one.HostPort != 0 && one.HostPort == other.HostPort && one.Type == other.Type
        && (one.HostAddress == other.HostAddress || IsEveryAddress(one.HostAddress) || IsEveryAddress(other.HostAddress));

    private static bool IsEveryAddress(string address) => address is "0.0.0.0" or "::";
}

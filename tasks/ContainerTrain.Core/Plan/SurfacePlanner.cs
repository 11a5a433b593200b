using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>What a container gets for a run beside its limits and mounts: variables, devices, names of hosts, capabilities.</summary>
internal static partial class SurfacePlanner
{
    /// <summary>https://man7.org/linux/man-pages/man7/capabilities.7.html</summary>
    private static readonly ImmutableArray<string> Known =
    [
        "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH",
        "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN",
        "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "PERFMON", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT",
        "SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM",
    ];

    /// <summary>The plan with all of that in it.</summary>
    public static RunPlan With(RunPlan plan, TrainInputs inputs, ProblemCollector problems)
    {
        var run = inputs.Run;
        if (run.WorkingDirectory.Length > 0 && (!ImagePlanner.IsAbsoluteLinuxPath(run.WorkingDirectory) || ProgramText.Fault(run.WorkingDirectory).Length > 0))
            problems.AddForProperty("TrainWorkingDirectory", Codes.InvalidName, "TrainWorkingDirectory", run.WorkingDirectory, "is no absolute Linux path");
        if (run.Network.Length > 0 && !NetworkPattern().IsMatch(run.Network))
            problems.AddForProperty("TrainNetwork", Codes.InvalidName, "TrainNetwork", run.Network, "is no network: none, host, bridge, or a name of letters, digits, '_', '.' and '-'");
        return plan with
        {
            Network = run.Network,
            WorkingDirectory = run.WorkingDirectory,
            Environment = Environment(run, problems),
            Ports = PortPlanner.Plan(inputs, problems),
            Devices = [.. run.Devices.Select(item => Device(item, problems))],
            ExtraHosts = [.. run.ExtraHosts.Select(item => ExtraHost(item, problems))],
            Capabilities = [.. run.Capabilities.Select(item => Capability(item, problems)).Distinct().Order(StringComparer.Ordinal)],
            Secrets = SecretPlanner.Plan(inputs, problems),
        };
    }

    private static ImmutableSortedDictionary<string, string> Environment(RunInputs run, ProblemCollector problems)
    {
        foreach (var item in run.Environment)
        {
            if (!VariableName().IsMatch(item.Include))
                Complain(item, "is no variable name: letters, digits and '_', not beginning with a digit");
            else if (item.Include.StartsWith("TRAIN_", StringComparison.Ordinal))
                Complain(item, "has a name that the SDK keeps for what it tells the program; a TrainHyperparameter 'x' is the variable TRAIN_HP_X");
            if (!item.Metadata.ContainsKey("Value"))
                Complain(item, "has no Value");
            if (ProgramText.Fault(item["Value"], item.Include) is { Length: > 0 } fault)
                problems.AddForItem("TrainEnvironmentVariable", item.Include, Codes.UncarriableText, $"The Value of TrainEnvironmentVariable '{item.Include}'", fault);
        }
        return run.Environment.GroupBy(item => item.Include, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(group => group.Key, group => group.Last()["Value"], StringComparer.Ordinal);

        void Complain(InputItem item, string what) =>
            problems.AddForItem("TrainEnvironmentVariable", item.Include, Codes.InvalidVariable, item.Include, what);
    }

    private static DevicePlan Device(InputItem item, ProblemCollector problems)
    {
        var target = item["TargetPath"].Length > 0 ? item["TargetPath"] : item.Include;
        var permissions = item["Permissions"].Length > 0 ? item["Permissions"].ToLowerInvariant() : "rwm";
        if (!IsDevicePath(item.Include))
            Complain("is no absolute path below '/'");
        if (!IsDevicePath(target))
            Complain($"has the TargetPath '{target}', which is no absolute path below '/'");
        if (!PermissionsPattern().IsMatch(permissions) || permissions.Distinct().Count() != permissions.Length)
            Complain($"has the Permissions '{item["Permissions"]}', which are not of r, w and m, each once");
        return new DevicePlan(item.Include, target, permissions);

        void Complain(string what) => problems.AddForItem("TrainDevice", item.Include, Codes.InvalidDevice, item.Include, what);
    }

    private static bool IsDevicePath(string path) => ImagePlanner.IsAbsoluteLinuxPath(path) && path.Length > 1 && ProgramText.Fault(path).Length == 0;

    private static string ExtraHost(InputItem item, ProblemCollector problems)
    {
        var address = item["Address"].Trim();
        if (!HostName().IsMatch(item.Include))
            problems.AddForItem("TrainExtraHost", item.Include, Codes.InvalidExtraHost, item.Include, "is no host's name: letters, digits, '_', '-' and '.'");
        if (address != RunPlan.HostGateway && !PortPlanner.IsAddress(address))
            problems.AddForItem("TrainExtraHost", item.Include, Codes.InvalidExtraHost, item.Include, $"has the Address '{address}', which is neither an IP address nor {RunPlan.HostGateway}");
        return $"{item.Include}:{address}";
    }

    private static string Capability(InputItem item, ProblemCollector problems)
    {
        var name = item.Include.ToUpperInvariant();
        name = name.StartsWith("CAP_", StringComparison.Ordinal) ? name[4..] : name;
        if (!Known.Contains(name))
            problems.AddForItem("TrainCapability", item.Include, Codes.UnknownValue, "TrainCapability", item.Include, string.Join(", ", Known), Suggestion.Sentence(name, Known));
        return name;
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex VariableName();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.:-]*\z")]
    private static partial Regex NetworkPattern();

    [GeneratedRegex(@"^[rwm]+\z")]
    private static partial Regex PermissionsPattern();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}\z")]
    private static partial Regex HostName();
}

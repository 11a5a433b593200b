namespace ContainerTrain.Plan;

/// <summary>A folder, file or volume that the container sees.</summary>
/// <param name="Kind">Whether <paramref name="Source"/> is a path of the host or the name of a volume.</param>
/// <param name="Target">An absolute Linux path.</param>
/// <param name="Size">The most bytes that a <see cref="MountKind.Tmpfs"/> takes; null for the engine's default.</param>
public sealed record MountPlan(MountKind Kind, string Source, string Target, bool ReadOnly, long? Size = null);

/// <summary>What a mount's source is.</summary>
public enum MountKind
{
    Bind,
    Volume,

    /// <summary>Memory, empty at the start and gone at the end.</summary>
    Tmpfs,
}

/// <summary>A port of the container that the host forwards to it.</summary>
/// <param name="Type"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="HostAddress">An IP address of the host.</param>
/// <param name="HostPort">0: the engine chooses a free one.</param>
public sealed record PortPlan(int Number, string Type, string HostAddress, int HostPort)
{
    /// <summary>In the form <c>8080/tcp</c>.</summary>
    public override string ToString() => $"{Number}/{Type}";
}

/// <summary>A limit that the kernel keeps per process (setrlimit); -1 is no limit.</summary>
public sealed record UlimitPlan(string Name, long Soft, long Hard);

/// <summary>A device of the host.</summary>
/// <param name="Permissions">Of <c>rwm</c>: read, write, make nodes.</param>
public sealed record DevicePlan(string Source, string Target, string Permissions);

/// <summary>A secret: its name and where its value is when the run begins. The value itself is in no plan.</summary>
/// <param name="Name">The file's name below the folder of secrets.</param>
/// <param name="File">An absolute path on the host; empty if the value is in a variable.</param>
/// <param name="Variable">A variable of the build's environment; empty if the value is in a file.</param>
public sealed record SecretPlan(string Name, string File, string Variable)
{
    /// <summary>Where the value comes from, for people.</summary>
    public override string ToString() => File.Length > 0 ? $"the file '{File}'" : $"the variable '{Variable}'";
}

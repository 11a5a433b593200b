using System.Net.Sockets;
using ContainerTrain.Outcome;

namespace ContainerTrain.Engine;

/// <summary>What comes of opening an engine's socket.</summary>
internal enum SocketAccess
{
    Missing,
    Open,
    Denied,

    /// <summary>There is a file, and nobody behind it.</summary>
    Refused,
}

/// <summary>Whether the user may use the engine.</summary>
internal static class UserCheck
{
    private const string Name = "user";

    /// <param name="user">The name of the user who runs the build.</param>
    /// <param name="isRoot">Whether that is root.</param>
    /// <param name="isRootless">Whether the engine runs as an ordinary user.</param>
    /// <param name="socket">The socket that decides; null for an engine at a port, or none at all.</param>
    /// <param name="access">What came of opening it.</param>
    public static DoctorLine Of(string user, bool isRoot, bool isRootless, string? socket, SocketAccess access) => access switch
    {
        SocketAccess.Denied => DoctorLine.Error(
            Name, $"'{user}' may not open '{socket}'",
            "Add the user to the socket's group and log in again ('sudo usermod -aG docker \"$USER\"'; its members can become root), or use a rootless engine."),
        SocketAccess.Refused => DoctorLine.Warning(Name, $"nothing answers behind '{socket}'", "Start the engine ('sudo systemctl start docker'), or remove the file if the engine is gone."),
        SocketAccess.Open => DoctorLine.Ok(Name, $"'{user}'{(isRoot ? ", who is root," : "")} may open '{socket}'{(isRootless ? "; the engine is rootless" : "")}"),
        _ => DoctorLine.Ok(Name, $"'{user}'{(isRoot ? ", who is root" : "")}"),
    };

    public static SocketAccess Try(string path)
    {
        if (!File.Exists(path))
            return SocketAccess.Missing;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return SocketAccess.Open;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AccessDenied ? SocketAccess.Denied : SocketAccess.Refused;
        }
    }
}

using System.Net.Sockets;
using System.Text;

namespace ContainerTrain.Engine;

/// <summary>
/// Asks an engine one question: which image has this name? An idle build asks it twice and nothing else, and setting up
/// an HTTP client for that took longer than all the rest of an idle build; hence one request by hand.
/// </summary>
internal static class EngineProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The id of the image that has this name; empty if there is none; null if the engine does not answer as expected.
    /// </summary>
    public static string? ImageId(Uri endpoint, string reference)
    {
        try
        {
            using var socket = Connect(endpoint);
            socket.ReceiveTimeout = socket.SendTimeout = (int)Limit.TotalMilliseconds;
            // HTTP/1.0: the engine closes the connection when the answer is complete, and does not send it in chunks.
            socket.Send(Encoding.ASCII.GetBytes($"GET /images/{Uri.EscapeDataString(reference)}/json HTTP/1.0\r\nHost: engine\r\n\r\n"));
            return Parse(Receive(socket));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return null;
        }
    }

    private static Socket Connect(Uri endpoint)
    {
        var socket = endpoint.Scheme == "unix"
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.Scheme == "unix")
                socket.Connect(new UnixDomainSocketEndPoint(endpoint.LocalPath));
            else
                socket.Connect(endpoint.Host, endpoint.Port);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Receive(Socket socket)
    {
        var answer = new StringBuilder();
        var buffer = new byte[1 << 14];
        while (socket.Receive(buffer) is var read and > 0)
            answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
        return answer.ToString();
    }

    /// <summary>The answer begins with the image's id, the only member of that name on the object's first level.</summary>
    private static string? Parse(string answer)
    {
        const string member = "\"Id\":\"";
        var status = answer.Split(' ', 3);
        if (status is not ["HTTP/1.0" or "HTTP/1.1", var code, _] || code is not ("200" or "404"))
            return null;
        if (code == "404")
            return "";
        var start = answer.IndexOf(member, StringComparison.Ordinal) + member.Length;
        var end = answer.IndexOf('"', start);
        return start >= member.Length && end > start ? answer[start..end] : null;
    }
}

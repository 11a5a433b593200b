using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>A registry on a loopback port, where engines ask without TLS, that lets everybody in and then misbehaves.</summary>
internal sealed class FakeRegistry : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    /// <param name="answer">To every question for a manifest; empty to close the connection, null to leave it open.</param>
    /// <param name="onRequest">Called when the first such question has come.</param>
    public FakeRegistry(string? answer, Action? onRequest)
    {
        _listener.Start();
        _ = ServeAsync(answer, onRequest);
    }

    public string Host => _listener.LocalEndpoint.ToString()!;

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(string? answer, Action? onRequest)
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.AcceptSocketAsync(), answer, onRequest);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private static async Task AnswerAsync(Socket socket, string? answer, Action? onRequest)
    {
        using (socket)
        {
            try
            {
                var buffer = new byte[1 << 14];
                var request = Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
                var isGreeting = request.StartsWith("GET /v2/ ", StringComparison.Ordinal);
                if (!isGreeting)
                    onRequest?.Invoke();
                if (!isGreeting && answer is null)
                    await Task.Delay(TimeSpan.FromSeconds(30));
                // What is no HTTP is the beginning of TLS, which a registry of a loopback port does not have.
                if (request.Contains(" HTTP/1.1\r\n", StringComparison.Ordinal))
                    await socket.SendAsync(Encoding.ASCII.GetBytes(isGreeting ? Relay.Response(200, "{}") : answer ?? ""));
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // The engine did not wait for it.
            }
        }
    }
}

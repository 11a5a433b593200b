using System.Net.Sockets;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

/// <summary>What is tried again, and what is not.</summary>
public sealed class ASecondTry : IDisposable
{
    private const string Version = """{"Version":"20.10","ApiVersion":"1.41","Os":"linux","Arch":"amd64"}""";

    private readonly TempFolder _folder = new();
    private readonly Reports<string> _said = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string SocketFile => _folder.At("engine.sock");

    private EngineSettings Settings => new("unix://" + SocketFile, "", _folder.Path, "");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FindsAnEngineThatIsStarting()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such sockets.");
        using var refusing = Bound();
        var selecting = EngineWait.SelectAsync(EngineKind.Docker, Settings, _said, Cancellation);
        while (_said.Count == 0)
            await Task.Delay(10, Cancellation);
        File.Delete(SocketFile);
        using var engine = Bound();
        Serve(engine, _ => ("200 OK", Version));
        using var choice = await selecting;
        Assert.Equal("20.10", choice.Connection?.Version.Version);
        Assert.Contains("refuses connections; trying again in 1 s (2 of 6)", _said[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task IsNotMadeWhereThereIsNoEngine()
    {
        await Assert.ThrowsAsync<ProblemException>(() => EngineWait.SelectAsync(EngineKind.Docker, Settings, _said, Cancellation));
        Assert.Empty(_said);
    }

    [Theory]
    [InlineData("500 Internal Server Error", true)]
    [InlineData("404 Not Found", false)]
    public async Task PullsAnImageUnlessTheRegistryDoesNotHaveIt(string failure, bool isTriedAgain)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such sockets.");
        using var listener = Bound();
        var pulls = 0;
        Serve(listener, request =>
            request.StartsWith("GET /version", StringComparison.Ordinal) ? ("200 OK", Version)
            : request.StartsWith("POST", StringComparison.Ordinal) && pulls++ == 0 ? (failure, """{"message":"the registry failed"}""")
            : request.StartsWith("POST", StringComparison.Ordinal) ? ("200 OK", """{"status":"Pulled"}""")
            : pulls < 2 ? ("404 Not Found", """{"message":"none"}""")
            : ("200 OK", """{"Id":"sha256:1","RootFS":{"Layers":[]},"Config":{},"Architecture":"amd64","Os":"linux"}"""));
        using var choice = EngineSelector.Select(EngineKind.Docker, Settings, Cancellation);
        var pulling = new EngineImages(choice.Connection!).PullIfMissingAsync("demo:1", "linux/amd64", _said, Cancellation);
        if (!isTriedAgain)
        {
            Assert.Equal("CT3003", Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => pulling)).Problems).Code.Id);
            Assert.Equal((1, 1), (pulls, _said.Count));
            return;
        }
        Assert.Equal("sha256:1", (await pulling).Id);
        Assert.Contains("Pulling demo:1 failed: the registry failed; trying again in 1 s (2 of 3)", _said);
    }

    private Socket Bound()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(SocketFile));
        return socket;
    }

    /// <summary>Answers one request on each connection.</summary>
    private static void Serve(Socket listener, Func<string, (string Status, string Body)> answer)
    {
        listener.Listen(8);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                using var client = await listener.AcceptAsync();
                var buffer = new byte[1 << 14];
                var head = "";
                while (!head.Contains("\r\n\r\n", StringComparison.Ordinal) && await client.ReceiveAsync(buffer) is var read and > 0)
                    head += Encoding.ASCII.GetString(buffer, 0, read);
                if (head.Length == 0)
                    continue;
                var (status, body) = answer(head);
                await client.SendAsync(Encoding.UTF8.GetBytes(
                    $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"));
                client.Shutdown(SocketShutdown.Both);
            }
        });
    }
}

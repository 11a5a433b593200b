using System.Net;
using System.Net.Sockets;
using System.Text;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class ARequestToAnEngine
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SendsItsBodyAndGetsTheWholeAnswer()
    {
        using var engine = new AnsweringEngine("HTTP/1.0 201 Created\r\nA: b\r\n\r\n" + new string('é', 50_000));
        var answer = EngineWire.Send(engine.Address, "POST", "images/load?quiet=1", Cancellation, 5, stream => stream.Write("hello"u8));
        Assert.Equal(201, answer.Status);
        Assert.True(answer.IsSuccess);
        Assert.Equal(new string('é', 50_000), answer.Text);
        var request = await engine.Request;
        Assert.StartsWith("POST /images/load?quiet=1 HTTP/1.0\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Length: 5\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nhello", request, StringComparison.Ordinal);
    }

    [Fact]
    public void SaysWhyTheEngineRefusedItsBody()
    {
        using var engine = new AnsweringEngine("HTTP/1.1 500 Internal Server Error\r\n\r\n{\"message\":\"no space\"}", readsBody: false);
        var answer = EngineWire.Send(engine.Address, "POST", "images/load", Cancellation, 1 << 26, stream =>
        {
            for (var i = 0; i < 64; i++)
                stream.Write(new byte[1 << 20]);
        });
        Assert.Equal(500, answer.Status);
        Assert.Equal("no space", EngineMessage.Of(answer.Text));
    }

    [Fact]
    public void FailsIfItsBodyCannotBeRead()
    {
        using var engine = new AnsweringEngine("HTTP/1.0 200 OK\r\n\r\n");
        Assert.Throws<FileNotFoundException>(() => EngineWire.Send(engine.Address, "POST", "x", Cancellation, 5, _ => throw new FileNotFoundException("gone")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    [InlineData("HTTP/1.0 2 OK\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\n")]
    public void FailsIfTheAnswerIsNone(string answer)
    {
        using var engine = new AnsweringEngine(answer);
        Assert.Throws<IOException>(() => EngineWire.Send(engine.Address, "GET", "version", Cancellation));
        Assert.Null(EngineProbe.ImageId(engine.Address, "demo:1"));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"Id\":\"a\"}")]
    [InlineData("HTTP/1.0 200 OK\r\nA: b\r\ncontent-length:12\r\n\r\n")]
    public void FailsIfTheAnswerIsCutOff(string answer)
    {
        using var engine = new AnsweringEngine(answer);
        Assert.Throws<IOException>(() => EngineWire.Send(engine.Address, "GET", "images/a/json", Cancellation));
        Assert.Null(EngineProbe.ImageId(engine.Address, "demo:1"));
    }

    [Fact]
    public void TakesAnAnswerOfTheLengthThatIsGiven()
    {
        using var engine = new AnsweringEngine("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"Id\":\"a\"}");
        Assert.Equal("a", EngineProbe.ImageId(engine.Address, "demo:1"));
    }

    [Fact]
    public async Task IsCutOffBeforeItIsConnected()
    {
        using var folder = new TempFolder();
        var path = folder.At("engine.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        // An engine that accepts nothing, and whose queue is full.
        var waiting = new List<Socket>();
        try
        {
            for (var i = 0; i < 8; i++)
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                waiting.Add(socket);
                _ = socket.ConnectAsync(listener.LocalEndPoint!, CancellationToken.None).AsTask();
            }
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            cancel.CancelAfter(TimeSpan.FromMilliseconds(300));
            var address = new EngineEndpoint(EngineKind.Docker, new Uri("unix://" + path), "test");
            var request = Task.Run(() => EngineWire.Send(address, "GET", "version", cancel.Token), Cancellation);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
        }
        finally
        {
            waiting.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task IsCutOffWhenTheBuildIsCanceled()
    {
        using var engine = new AnsweringEngine(answer: null);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var request = Task.Run(() => EngineWire.Send(engine.Address, "GET", "version", cancel.Token), Cancellation);
        await engine.Request;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
    }

    [Fact]
    public void ToAnotherMachineFindsOutWhenThatIsGone()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var dialer = new EngineDialer(new EngineEndpoint(EngineKind.Docker, new Uri($"tcp://{listener.LocalEndpoint}"), "test"));
        using var stream = Assert.IsType<NetworkStream>(dialer.Open());
        Assert.NotEqual(0, stream.Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal(
            [30, 10, 3],
            new[] { SocketOptionName.TcpKeepAliveTime, SocketOptionName.TcpKeepAliveInterval, SocketOptionName.TcpKeepAliveRetryCount }.Select(option => (int)stream.Socket.GetSocketOption(SocketOptionLevel.Tcp, option)!));
    }

    [Fact]
    public async Task MayBeginBeforeItsBodyIsKnown()
    {
        using var engine = new AnsweringEngine("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n", until: "\r\n0\r\n\r\n");
        using var upload = EngineUpload.Begin(engine.Address, "POST", "images/load?quiet=1", "first "u8, Cancellation);
        await engine.Began;
        var answer = upload.Finish(stream => stream.Write("second"u8), Cancellation);
        Assert.Equal((200, "hello world"), (answer.Status, answer.Text));
        var request = await engine.Request;
        Assert.StartsWith("POST /images/load?quiet=1 HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n6\r\nfirst \r\n6\r\nsecond\r\n0\r\n\r\n", request, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5\r\nhell")]
    [InlineData("5\r\nhello\r\n")]
    [InlineData("five\r\nhello\r\n0\r\n\r\n")]
    public void FailsIfTheChunksOfAnAnswerEndTooSoon(string chunks) =>
        Assert.Throws<IOException>(() => EngineUpload.Parse(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)));

    /// <summary>Takes requests and gives the same answer to each, or none.</summary>
    private sealed class AnsweringEngine : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource<string> _request = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <param name="answer">The answer, or null for none.</param>
        /// <param name="readsBody">Whether it waits for the body.</param>
        /// <param name="until">What the request ends with, where its head does not say.</param>
        public AnsweringEngine(string? answer, bool readsBody = true, string until = "")
        {
            _listener.Start();
            Address = new EngineEndpoint(EngineKind.Docker, new Uri($"tcp://{_listener.LocalEndpoint}"), "test");
            _ = ServeAsync(answer, readsBody, until);
        }

        /// <summary>Done when something of a request has come.</summary>
        public Task Began => _began.Task;

        public EngineEndpoint Address { get; }

        /// <summary>The first request, head and body.</summary>
        public Task<string> Request => _request.Task;

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(string? answer, bool readsBody, string until)
        {
            while (await _listener.AcceptSocketAsync() is { } socket)
            {
                using (socket)
                {
                    var request = "";
                    var buffer = new byte[1 << 12];
                    while (!IsWhole(request, readsBody, until) && await socket.ReceiveAsync(buffer) is var read and > 0)
                    {
                        request += Encoding.ASCII.GetString(buffer, 0, read);
                        _began.TrySetResult();
                    }
                    _request.TrySetResult(request);
                    if (answer is null)
                        await Task.Delay(Timeout.Infinite);
                    await socket.SendAsync(Encoding.UTF8.GetBytes(answer!));
                    socket.Shutdown(SocketShutdown.Send);
                }
            }
        }

        private static bool IsWhole(string request, bool readsBody, string until)
        {
            if (until.Length > 0)
                return request.EndsWith(until, StringComparison.Ordinal);
            var head = request.Split("\r\n\r\n", 2);
            return head.Length == 2 && (!readsBody || !head[0].Contains("Content-Length: 5", StringComparison.Ordinal) || head[1].Length >= 5);
        }
    }
}

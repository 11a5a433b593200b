using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// A connection through SSH, made as Docker's client makes it: the engine's own client on the other machine joins its
/// input and output to the engine's socket (<c>docker system dial-stdio</c>, <c>podman system dial-stdio</c>).
/// </summary>
internal sealed class SshStream : Stream
{
    /// <summary>What the shell ends with where there is no client; ssh itself ends with 255 or with what the other side did.</summary>
    private const int NoClient = 225;

    /// <summary>A Ctrl-C goes to every process of the terminal, and a program that is asked to stop still needs its connection.</summary>
    private const string Shell = "trap '' INT QUIT HUP; command -v \"$1\" >/dev/null 2>&1 || exit 225; exec \"$@\"";

    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(5);

    private readonly EngineEndpoint _endpoint;
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Stream _input;
    private readonly Stream _output;
    private bool _answered;
    private volatile bool _isDisposed;

    public SshStream(EngineEndpoint endpoint)
    {
        _endpoint = endpoint;
        string[] words = [endpoint.Ssh, .. Arguments(endpoint)];
        var info = OperatingSystem.IsWindows() ? new ProcessStartInfo(words[0], words[1..]) : new ProcessStartInfo("/bin/sh", ["-c", Shell, "sh", .. words]);
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        try
        {
            _process = Process.Start(info)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ProblemException(NoClientProblem(), e);
        }
        _input = _process.StandardInput.BaseStream;
        _output = _process.StandardOutput.BaseStream;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
                _errors.Append(line.Data is { Length: > 0 } text ? " " + text : "");
        };
        _process.BeginErrorReadLine();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>What ssh is told. It asks for nothing: a build has nobody to type a password. It ends when the other machine is silent.</summary>
    internal static IEnumerable<string> Arguments(EngineEndpoint endpoint)
    {
        var address = endpoint.Address;
        string[] user = address.UserInfo.Length > 0 ? ["-l", Uri.UnescapeDataString(address.UserInfo)] : [];
        string[] port = address.Port > 0 ? ["-p", address.Port.ToString(CultureInfo.InvariantCulture)] : [];
        return ["-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=30", "-o", "ServerAliveCountMax=3", "-o", "BatchMode=yes", "-T", .. user, .. port, "--", address.IdnHost, Command(endpoint)];
    }

    /// <summary>A shell over there reads it.</summary>
    private static string Command(EngineEndpoint endpoint)
    {
        var (client, option) = endpoint.Kind == EngineKind.Podman ? ("podman", "--url") : ("docker", "--host");
        var socket = endpoint.Address.LocalPath;
        return socket is "" or "/" ? $"{client} system dial-stdio"
            : $"{client} {option} 'unix://{socket.Replace("'", @"'\''", StringComparison.Ordinal)}' system dial-stdio";
    }

    public override int Read(Span<byte> buffer) => Checked(_output.Read(buffer), buffer.Length);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Checked(await _output.ReadAsync(buffer, cancellationToken), buffer.Length);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _input.Write(buffer);
            _input.Flush();
        }
        catch (IOException e)
        {
            throw Broken(e);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _input.WriteAsync(buffer, cancellationToken);
            await _input.FlushAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw Broken(e);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            try
            {
                _process.Kill();
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It has ended by itself.
            }
            _process.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>An end before the first byte is no answer: ssh has said why.</summary>
    private int Checked(int read, int wanted)
    {
        if (read > 0)
            _answered = true;
        if (read > 0 || wanted == 0 || _answered)
            return read;
        try
        {
            throw Ended();
        }
        catch (InvalidOperationException e) when (_isDisposed)
        {
            throw new ObjectDisposedException(nameof(SshStream), e);
        }
    }

    private Exception Ended()
    {
        if (!_process.WaitForExit(ExitLimit))
            return new IOException("ssh closed the connection");
        _process.WaitForExit(); // also for the last line of its errors
        if (_process.ExitCode == NoClient)
            return new ProblemException(NoClientProblem());
        lock (_errors)
            return new IOException(_errors.Length > 0 ? _errors.ToString().Trim() : $"ssh ended with exit code {_process.ExitCode}");
    }

    /// <summary>As a socket says it.</summary>
    private static IOException Broken(IOException e) => new(e.Message, new SocketException((int)SocketError.ConnectionReset));

    private Problem NoClientProblem() => Codes.NoSshClient.With(_endpoint.Origin, _endpoint.Address.OriginalString, _endpoint.Ssh);
}

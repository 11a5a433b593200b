using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ContainerTrain.Benchmarks.Machine;

/// <summary>A registry of the bench's own, so that what is pushed to it is gone with its folder.</summary>
internal sealed class PrivateRegistry : IDisposable
{
    private readonly Process _process;

    private PrivateRegistry(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <exception cref="BenchException">It does not answer within ten seconds.</exception>
    public static PrivateRegistry Start(string program, string folder)
    {
        var port = FreePort();
        var data = Directory.CreateDirectory(Path.Join(folder, "data")).FullName;
        var configuration = Path.Join(folder, "registry.yml");
        File.WriteAllText(configuration, $$"""
            version: 0.1
            log: { level: error }
            storage:
              filesystem: { rootdirectory: {{data}} }
            http:
              addr: 127.0.0.1:{{port}}
            """);
        var process = Process.Start(new ProcessStartInfo(program, ["serve", configuration])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var registry = new PrivateRegistry(process, port);
        if (registry.Answers())
            return registry;
        registry.Dispose();
        throw new BenchException($"'{program}' did not start on port {port}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private bool Answers()
    {
        var deadline = Stopwatch.StartNew();
        while (deadline.Elapsed < TimeSpan.FromSeconds(10) && !_process.HasExited)
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, Port);
                return true;
            }
            catch (SocketException)
            {
                Thread.Sleep(50);
            }
        }
        return false;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

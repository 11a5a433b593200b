using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ContainerTrain.Registry;

namespace ContainerTrain.Engine.Tests;

/// <summary>Debian's docker-registry on a loopback port of its own, with a tiny base image in it.</summary>
internal sealed class RealRegistry : IAsyncDisposable
{
    public const string User = "ann";
    public const string Password = "s3cret";

    private readonly Process _process;

    private RealRegistry(Process process, string host) => (_process, Host) = (process, host);

    public string Host { get; }

    /// <summary>The base image, as a project names it.</summary>
    public string Base => $"{Host}/base/tiny:1";

    /// <summary>Starts one; skips the test where there is no such program.</summary>
    /// <param name="folder">Gets its data.</param>
    /// <param name="extra">Of its configuration: <c>auth:</c>, or what stands below <c>http:</c>.</param>
    /// <param name="settings">How the base image is put there.</param>
    public static async Task<RealRegistry> StartAsync(TestFolder folder, string extra, RegistrySettings settings, int port = 0)
    {
        var program = Find();
        Assert.SkipWhen(program is null, "there is no docker-registry; eng/engine.sh unpacks it where the base image is out of reach");
        port = port > 0 ? port : FreePort();
        Directory.CreateDirectory(folder.Path("registry-data"));
        var configuration = folder.Write("registry.yml", $$"""
            version: 0.1
            log: { level: error }
            storage:
              filesystem: { rootdirectory: {{folder.Path("registry-data")}} }
              delete: { enabled: true }
            http:
              addr: 127.0.0.1:{{port}}
            {{extra}}
            """);
        var process = Process.Start(new ProcessStartInfo(program!, ["serve", configuration]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var registry = new RealRegistry(process, $"127.0.0.1:{port}");
        await registry.WaitAsync(port);
        await registry.AddBaseAsync(settings);
        return registry;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string? Find()
    {
        string[] states = [Variable("CONTAINERTRAIN_STATE"), "/var/lib/containertrain-engine", Path.Join(Variable("HOME"), ".local/state/containertrain-engine")];
        return states.Where(state => state.Length > 0).Select(state => Path.Join(state, "tools/docker-registry/usr/bin/docker-registry"))
            .Concat(Variable("PATH").Split(':').Select(folder => Path.Join(folder, "docker-registry")))
            .FirstOrDefault(File.Exists);

        static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";
    }

    private async Task WaitAsync(int port)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (tries < 200 && !_process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    private async Task AddBaseAsync(RegistrySettings settings)
    {
        using var client = new RegistryClient(RegistryAddress.Of(Host), RegistryUse.Push, settings, new Lines<string>(), CancellationToken.None);
        var repository = new RegistryRepository(client, "base/tiny", writes: true);
        var (tar, layer) = (Tar(), new MemoryStream());
        using (var gzip = new GZipStream(layer, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar);
        var config = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["created"] = "2026-01-02T03:04:05Z",
            ["config"] = new JsonObject { ["Env"] = new JsonArray("PATH=/usr/bin:/bin", "B=1"), ["Labels"] = new JsonObject { ["z"] = "1", ["a"] = "2" }, ["ExposedPorts"] = new JsonObject { ["9/tcp"] = new JsonObject() } },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(Sha256.Of(tar)) },
        }.ToJsonString());
        foreach (var bytes in (byte[][])[layer.ToArray(), config])
            await repository.CompleteAsync((await repository.BeginAsync(null, null, default))!, Sha256.Of(bytes), () => new ByteArrayContent(bytes), default);
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.DockerManifest,
            ["config"] = new Descriptor(MediaTypes.DockerConfig, Sha256.Of(config), config.Length).ToJson(),
            ["layers"] = new JsonArray(new Descriptor(MediaTypes.DockerLayer, Sha256.Of(layer.ToArray()), layer.Length).ToJson()),
        };
        await repository.PutManifestAsync("1", new StoredManifest(MediaTypes.DockerManifest, Encoding.UTF8.GetBytes(manifest.ToJsonString())), default);
    }

    private static byte[] Tar()
    {
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Gnu, leaveOpen: true))
            tar.WriteEntry(LayerTar.FileEntry("etc/tiny", new MemoryStream("tiny\n"u8.ToArray())));
        return bytes.ToArray();
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ContainerTrain.Tests;

/// <summary>
/// A registry in this process: as much of the distribution API as a push needs, and whatever fault a test wants of it.
/// What it has is read and written by tests.
/// </summary>
internal sealed class FakeRegistry : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, MemoryStream> _uploads = new();
    private int _count;

    public FakeRegistry()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Host = $"127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        }
        _listener.Prefixes.Add($"http://{Host}/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Host { get; }

    /// <summary>By <c>repository@digest</c>.</summary>
    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();

    /// <summary>By <c>repository:tag</c> and <c>repository@digest</c>.</summary>
    public ConcurrentDictionary<string, (string Type, byte[] Json)> Manifests { get; } = new();

    /// <summary>Method and path with its query, in the order in which they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Answers in the registry's place if it returns true.</summary>
    public Func<HttpListenerContext, bool> Fault { get; set; } = _ => false;

    public static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static bool Answer(HttpListenerContext context, int status, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        foreach (var (name, value) in headers)
            context.Response.AddHeader(name, value);
        context.Response.StatusCode = status;
        context.Response.Close();
        return true;
    }

    public static bool Answer(HttpListenerContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: true);
        return true;
    }

    /// <summary>Puts an image of one layer there; returns its manifest's digest.</summary>
    public string AddImage(string repository, string tag, bool oci = false, JsonObject? config = null)
    {
        var layer = Gzip("a layer of " + repository);
        var json = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["created"] = "2026-01-02T03:04:05Z",
            ["config"] = config ?? new JsonObject { ["Env"] = new JsonArray("PATH=/bin"), ["Labels"] = new JsonObject { ["b"] = "2", ["a"] = "1" } },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(DigestOf(Encoding.UTF8.GetBytes("a layer of " + repository))) },
        }.ToJsonString());
        (Blobs[$"{repository}@{DigestOf(layer)}"], Blobs[$"{repository}@{DigestOf(json)}"]) = (layer, json);
        var type = oci ? "application/vnd.oci.image.manifest.v1+json" : "application/vnd.docker.distribution.manifest.v2+json";
        var manifest = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = type,
            ["config"] = new JsonObject { ["mediaType"] = "x", ["digest"] = DigestOf(json), ["size"] = json.Length },
            ["layers"] = new JsonArray(new JsonObject { ["mediaType"] = oci ? "application/vnd.oci.image.layer.v1.tar+gzip" : "application/vnd.docker.image.rootfs.diff.tar.gzip", ["digest"] = DigestOf(layer), ["size"] = layer.Length }),
        }.ToJsonString());
        Manifests[$"{repository}:{tag}"] = Manifests[$"{repository}@{DigestOf(manifest)}"] = (type, manifest);
        return DigestOf(manifest);
    }

    public JsonNode ManifestOf(string name) => JsonNode.Parse(Manifests[name].Json)!;

    public void Dispose() => _listener.Close();

    private static byte[] Gzip(string text)
    {
        var bytes = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(bytes, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                _ = Task.Run(() => Serve(context));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed: the test is done with it.
        }
    }

    private void Serve(HttpListenerContext context)
    {
        Requests.Enqueue($"{context.Request.HttpMethod} {context.Request.RawUrl}");
        try
        {
            if (!Fault(context))
                Serve(context, context.Request.Url!.AbsolutePath);
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The client went away.
        }
    }

    private void Serve(HttpListenerContext context, string path)
    {
        var method = context.Request.HttpMethod;
        if (path == "/v2/")
            Answer(context, 200);
        else if (path.Split("/manifests/") is [var at, var reference])
            ServeManifest(context, method, at["/v2/".Length..], reference);
        else if (path.Split("/blobs/uploads/") is [var target, var upload])
            ServeUpload(context, method, target["/v2/".Length..], upload);
        else if (path.Split("/blobs/") is [var repository, var digest] && Blobs.TryGetValue($"{repository["/v2/".Length..]}@{digest}", out var blob))
            Give(context, method, "application/octet-stream", blob);
        else
            Answer(context, 404);
    }

    private void ServeManifest(HttpListenerContext context, string method, string repository, string reference)
    {
        var key = reference.Contains(':', StringComparison.Ordinal) ? $"{repository}@{reference}" : $"{repository}:{reference}";
        if (method == "PUT")
        {
            var json = Read(context.Request.InputStream);
            Manifests[key] = Manifests[$"{repository}@{DigestOf(json)}"] = (context.Request.ContentType!, json);
            Answer(context, 201, ("Docker-Content-Digest", DigestOf(json)));
        }
        else if (Manifests.TryGetValue(key, out var manifest))
        {
            Give(context, method, manifest.Type, manifest.Json);
        }
        else
        {
            Answer(context, 404);
        }
    }

    private void ServeUpload(HttpListenerContext context, string method, string repository, string upload)
    {
        var query = context.Request.QueryString;
        if (method == "POST")
        {
            if (query["mount"] is { } mount && Blobs.TryGetValue($"{query["from"]}@{mount}", out var found))
            {
                Blobs[$"{repository}@{mount}"] = found;
                Answer(context, 201);
                return;
            }
            upload = $"upload-{Interlocked.Increment(ref _count)}";
            _uploads[upload] = new MemoryStream();
            Answer(context, 202, ("Location", $"/v2/{repository}/blobs/uploads/{upload}?state=x"));
            return;
        }
        _uploads[upload].Write(Read(context.Request.InputStream));
        if (method == "PATCH")
        {
            Answer(context, 202, ("Location", $"/v2/{repository}/blobs/uploads/{upload}?state=y"));
            return;
        }
        var bytes = _uploads[upload].ToArray();
        if (DigestOf(bytes) != query["digest"])
        {
            Answer(context, 400, """{"errors":[{"code":"DIGEST_INVALID","message":"provided digest did not match uploaded content"}]}""");
            return;
        }
        Blobs[$"{repository}@{query["digest"]}"] = bytes;
        Answer(context, 201);
    }

    private static void Give(HttpListenerContext context, string method, string type, byte[] bytes)
    {
        context.Response.ContentType = type;
        context.Response.AddHeader("Docker-Content-Digest", DigestOf(bytes));
        context.Response.ContentLength64 = bytes.Length;
        if (method != "HEAD")
            context.Response.OutputStream.Write(bytes);
        context.Response.Close();
    }

    private static byte[] Read(Stream stream)
    {
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}

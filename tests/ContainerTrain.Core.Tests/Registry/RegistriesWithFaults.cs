using System.Collections.Concurrent;
using System.Net;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Tests;

public sealed class ARegistryWithFaults : IDisposable
{
    private readonly GivenPush _push = new();

    public void Dispose() => _push.Dispose();

    /// <summary>Every kind of request fails once before it goes well.</summary>
    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task IsAskedAgain(int status)
    {
        var failed = new ConcurrentDictionary<string, bool>();
        _push.Write(new string('x', 17 << 20), "libsome.so"); // large enough to be streamed
        _push.Registry.Fault = context => failed.TryAdd(KindOf(context), true) && FakeRegistry.Answer(context, status);

        var pushed = await _push.PushAsync();

        Assert.Equal(pushed.Digest, FakeRegistry.DigestOf(_push.Registry.Manifests[$"{GivenPush.Repository}:latest"].Json));
        Assert.Superset(new HashSet<string> { "PATCH /blobs/uploads", "PUT /blobs/uploads", "HEAD /blobs", "PUT /manifests", "POST /blobs/uploads" }, failed.Keys.ToHashSet());
        Assert.True(_push.Pauses.Count >= failed.Count - 1, $"{_push.Pauses.Count} pauses, {failed.Count} faults");
    }

    [Fact]
    public async Task IsAskedAgainWhereItsConnectionsBreak()
    {
        _push.Write(new string('x', 17 << 20), "libsome.so");
        using var relay = new BreakingRelay(_push.Registry.Host, "GET", "HEAD", "POST", "PATCH", "PUT");

        var pushed = await _push.PushAsync(host: relay.Host);

        Assert.Empty(relay.StillToBreak);
        Assert.Equal(pushed.Digest, FakeRegistry.DigestOf(_push.Registry.Manifests[$"{GivenPush.Repository}:latest"].Json));
        Assert.NotEmpty(_push.Pauses);
    }

    [Fact]
    public async Task IsWaitedForAsLongAsItAsks()
    {
        var first = true;
        _push.Registry.Fault = context => KindOf(context) == "HEAD /manifests" && Once(ref first) && FakeRegistry.Answer(context, 429, ("Retry-After", "7"));
        await _push.PushAsync();
        Assert.Equal([TimeSpan.FromSeconds(7)], _push.Pauses);
        Assert.Contains(_push.Lines, line => line.Contains("429", StringComparison.Ordinal) && line.EndsWith("trying again in 7 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task IsGivenUpAfterFiveTries()
    {
        _push.Registry.Fault = context => KindOf(context) == "HEAD /manifests" && FakeRegistry.Answer(context, 502);
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => _push.PushAsync())).Problems);
        Assert.Equal(Codes.RegistryUnreachable, problem.Code);
        Assert.Contains("502", problem.Message, StringComparison.Ordinal);
        Assert.Equal([0.5, 1, 2, 4], _push.Pauses.Select(pause => pause.TotalSeconds));
    }

    [Fact]
    public async Task IsNotAskedAgainIfItWantsToRestForAnHour()
    {
        _push.Registry.Fault = context => KindOf(context) == "HEAD /manifests" && FakeRegistry.Answer(context, 429, ("Retry-After", "3600"));
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => _push.PushAsync())).Problems);
        Assert.Equal(Codes.RegistryUnreachable, problem.Code);
        Assert.Empty(_push.Pauses);
    }

    [Fact]
    public async Task IsQuotedWhereItRefuses()
    {
        _push.Registry.Fault = context => KindOf(context) == "PUT /manifests"
            && FakeRegistry.Answer(context, 400, """{"errors":[{"code":"TAG_INVALID","message":"tags are frozen"}]}""");
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => _push.PushAsync())).Problems);
        Assert.Equal(Codes.RegistryError, problem.Code);
        Assert.Contains("400: TAG_INVALID: tags are frozen", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IsNotBelievedIfItsContentIsAnother()
    {
        var digest = _push.Registry.ManifestOf("base/runtime:10.0")["config"]!["digest"]!.GetValue<string>();
        _push.Registry.Blobs[$"base/runtime@{digest}"] = "{}"u8.ToArray();
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => _push.PushAsync())).Problems);
        Assert.Equal(Codes.WrongContent, problem.Code);
    }

    [Fact]
    public async Task IsMissedAtOnceWhereThereIsNone()
    {
        using var gone = new FakeRegistry();
        gone.Dispose();
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => _push.PushAsync(host: gone.Host))).Problems);
        Assert.Equal(Codes.RegistryUnreachable, problem.Code);
        Assert.Contains(gone.Host, problem.Message, StringComparison.Ordinal);
        Assert.Empty(_push.Pauses);
    }

    [Fact]
    public async Task GetsNothingMoreAfterAFileHasGone()
    {
        File.Delete(Path.Join(_push.Folder, "App.dll"));
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => _push.PushAsync())).Problems);
        Assert.Equal(Codes.MissingFile, problem.Code);
        Assert.Empty(_push.Registry.Requests);
    }

    private static bool Once(ref bool first) => first && !(first = false);

    private static string KindOf(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        var kind = path.Contains("/blobs/uploads/", StringComparison.Ordinal) ? "/blobs/uploads" : path.Contains("/blobs/", StringComparison.Ordinal) ? "/blobs" : path.Contains("/manifests/", StringComparison.Ordinal) ? "/manifests" : path;
        return $"{context.Request.HttpMethod} {kind}";
    }
}

using System.Collections.Immutable;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>While an engine is looked for.</summary>
internal static class FindingFaults
{
    private const string Phase = "finding the engine";

    public static readonly ImmutableArray<Fault> All =
    [
        new(Phase, "The engine's socket is not there", "a path without a file", "CT3001", scene =>
        {
            scene.LookAt(scene.Project.Path("none.sock"));
            return scene.TrainAsync("out=ran");
        }),
        new(Phase, "Nobody listens on the engine's socket", "the socket file of a program that was killed", "CT3001", scene =>
        {
            using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                socket.Bind(new UnixDomainSocketEndPoint(scene.Project.Path("dead.sock")));
                scene.LookAt(scene.Project.Path("dead.sock"));
            }
            return scene.TrainAsync("out=ran");
        }),
        new(Phase, "The user may not use the engine's socket", "asked as a user whom the socket's mode keeps out", "CT3001", ForbiddenAsync),
        new(Phase, "The engine hangs", "a socket that takes requests and never answers", "CT3001", scene =>
        {
            scene.AtFakeEngine().On("GET /version", _ => Task.Delay(Timeout.Infinite, FaultScene.Cancellation));
            return scene.TrainAsync("out=ran");
        }),
        new(Phase, "The engine closes the connection without an answer", "", "CT3001", scene => WithVersionAsync(scene, "")),
        new(Phase, "What answers is no engine", "the greeting of an SSH server", "CT3001", scene => WithVersionAsync(scene, "SSH-2.0-OpenSSH_9.2\r\n")),
        new(Phase, "The engine answers with an error of its own", "500 to GET /version", "CT3001", scene => WithVersionAsync(scene, Relay.Response(500, "oh"))),
        new(Phase, "The engine's answer ends in the middle", "half the bytes that its length promises", "CT3001", scene =>
            WithVersionAsync(scene, Relay.Response(200, """{"Version":"28.0.0","ApiVersion":"1.48"}""")[..^20])),
        new(Phase, "The engine's answer is something else than a version", "a JSON array", "CT3001", scene => WithVersionAsync(scene, Relay.Response(200, "[1, 2]"))),
        new(Phase, "The engine does not name its API's version", "an empty JSON object", "CT3001", scene => WithVersionAsync(scene, Relay.Response(200, "{}"))),
        new(Phase, "Ctrl-C while an engine that hangs is asked", "canceled when the request has come", "CT3010", async scene =>
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(FaultScene.Cancellation);
            scene.AtFakeEngine().On("GET /version", async _ =>
            {
                await cancel.CancelAsync();
                await Task.Delay(Timeout.Infinite, FaultScene.Cancellation);
            });
            return await scene.TrainAsync(run => run, onLine: null, cancel.Token, "out=ran");
        }),
    ];

    private static Task<Ending> WithVersionAsync(FaultScene scene, string answer)
    {
        scene.AtFakeEngine().Answer("GET /version", answer);
        return scene.TrainAsync("out=ran");
    }

    /// <summary>
    /// The connection is made by a thread whose file system user is nobody: Linux keeps that per thread, and the rest of the
    /// tests stays root.
    /// </summary>
    private static async Task<Ending> ForbiddenAsync(FaultScene scene)
    {
        Assert.SkipUnless(Environment.UserName == "root", "changing the user of a thread needs root");
        var relay = scene.AtFakeEngine();
        File.SetUnixFileMode(scene.Project.FullPath, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(relay.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var result = new TaskCompletionSource<TrainResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            _ = SetFileSystemUser(65534);
            try
            {
                using var choice = EngineSelector.Select(scene.Kind, scene.Settings, FaultScene.Cancellation);
                result.SetException(new InvalidOperationException($"it answered: {choice.Connection?.Describe()}"));
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        }).Start();
        var ending = await Ending.OfAsync(() => result.Task, () => []);
        Assert.Contains("denied", ending.Words, StringComparison.OrdinalIgnoreCase);
        return ending;
    }

    [DllImport("libc", EntryPoint = "setfsuid"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetFileSystemUser(uint user);
}

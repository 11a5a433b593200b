using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace ContainerTrain.Registry;

/// <summary>
/// A program that keeps logins, <c>docker-credential-NAME</c>
/// (https://github.com/docker/docker-credential-helpers): gets a registry on its input, answers in JSON.
/// </summary>
internal static class CredentialHelper
{
    /// <summary>What a helper gives as the user's name of an identity token.</summary>
    private const string TokenUser = "<token>";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The login of a registry; null, and why in <paramref name="note"/>, where the helper gives none.</summary>
    public static RegistryLogin? Find(string helper, string key, out string note, CancellationToken cancellation)
    {
        var program = "docker-credential-" + helper;
        note = "";
        if (helper.Length == 0 || helper.AsSpan().IndexOfAny("/\\ \t") >= 0)
        {
            note = $"'{helper}' is no name of a credential helper";
            return null;
        }
        try
        {
            var (code, answer) = Run(program, key, cancellation);
            if (code == 0)
                return Parse(answer, program);
            // An exit code is all that tells "no login" from "no keyring"; its words say which.
            note = $"{program} has none for '{key}': {answer.Trim()}";
        }
        catch (Exception e) when (e is Win32Exception or IOException or JsonException or KeyNotFoundException or InvalidOperationException or TimeoutException)
        {
            note = $"{program}: {e.Message}";
        }
        return null;
    }

    private static RegistryLogin Parse(string answer, string program)
    {
        using var document = JsonDocument.Parse(answer);
        var user = document.RootElement.GetProperty("Username").GetString() ?? "";
        var secret = document.RootElement.GetProperty("Secret").GetString() ?? "";
        return user == TokenUser ? new RegistryLogin("", "", secret, program) : new RegistryLogin(user, secret, "", program);
    }

    private static (int Code, string Answer) Run(string program, string key, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, ["get"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        using var killing = limit.Token.Register(() => process.Kill(entireProcessTree: true));
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        process.StandardInput.Write(key);
        process.StandardInput.Close();
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        if (limit.IsCancellationRequested)
            throw new TimeoutException($"no answer in {Limit.TotalSeconds:0} s");
        return (process.ExitCode, process.ExitCode == 0 ? answer : answer + error.GetAwaiter().GetResult());
    }
}

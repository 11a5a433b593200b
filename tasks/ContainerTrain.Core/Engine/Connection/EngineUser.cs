using System.Text.Json;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>As whom an engine runs.</summary>
internal static class EngineUser
{
    /// <summary>Whether it is an ordinary user, who is root inside of its containers.</summary>
    /// <param name="info">What the engine says of itself.</param>
    public static async Task<bool> IsRootlessAsync(EngineConnection engine, SystemInfoResponse info, CancellationToken cancellation)
    {
        if (info.SecurityOptions?.Any(option => option.StartsWith("name=rootless", StringComparison.Ordinal)) == true)
            return true;
        if (engine.Version.Kind != EngineKind.Podman)
            return false;
        // Podman has a member of its own for it (seen with 4.3.1), which Docker's client does not know.
        using var answer = JsonDocument.Parse(await EngineCall.LimitedAsync(
            "GET /info", TimeSpan.FromSeconds(30), token => engine.Http.GetByteArrayAsync("info", token), cancellation));
        return answer.RootElement.TryGetProperty("Rootless", out var rootless) && rootless.ValueKind == JsonValueKind.True;
    }
}

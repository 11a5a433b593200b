using System.Text.Json;

namespace ContainerTrain.Engine;

/// <summary>What came out of <c>POST /build</c>: an image id or an error.</summary>
internal sealed record BuildStreamResult(string? ImageId, string? Error);

/// <summary>
/// Reads the answer of <c>POST /build</c>: JSON messages, from BuildKit, the classic builder or Podman. A failed build
/// answers 200 too; only an <c>errorDetail</c> in the stream tells.
/// </summary>
internal static class BuildStream
{
    public static async Task<BuildStreamResult> ReadAsync(Stream stream, IProgress<string> progress, CancellationToken cancellation)
    {
        string? id = null, error = null;
        var lastWords = new Queue<string>();
        await foreach (var message in JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(stream, topLevelValues: true, cancellationToken: cancellation))
        {
            if (message.TryGetProperty("errorDetail", out var detail) && detail.TryGetProperty("message", out var text))
                error = text.GetString();
            else if (message.TryGetProperty("error", out var plain))
                error ??= plain.GetString();
            else if (message.TryGetProperty("stream", out var line))
                Report(line.GetString() ?? "");
            else if (message.TryGetProperty("aux", out var aux))
                id = ReadAux(message, aux) ?? id;
        }
        return new BuildStreamResult(id, error is null ? null : string.Join('\n', [error.Trim(), .. lastWords]));

        string? ReadAux(JsonElement message, JsonElement aux)
        {
            if (aux.ValueKind == JsonValueKind.Object)
                return aux.TryGetProperty("ID", out var value) ? value.GetString() : null;
            if (message.TryGetProperty("id", out var kind) && kind.GetString() == "moby.buildkit.trace" && aux.TryGetBytesFromBase64(out var trace))
            {
                foreach (var e in BuildKitTrace.Read(trace))
                    Report(e.Text);
            }
            return null;
        }

        void Report(string text)
        {
            foreach (var line in text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0))
            {
                progress.Report(line);
                // The error alone says "exit code: 100"; what the command printed says why.
                lastWords.Enqueue(line);
                if (lastWords.Count > 10)
                    lastWords.Dequeue();
            }
        }
    }
}

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
        try
        {
            await foreach (var message in JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(stream, topLevelValues: true, cancellationToken: cancellation))
                Read(message);
        }
        catch (JsonException e)
        {
            error ??= $"the engine's answer cannot be read: {e.Message}";
        }
        return new BuildStreamResult(id, error is null ? null : string.Join('\n', [error.Trim(), .. lastWords]));

        void Read(JsonElement message)
        {
            if (Text(Member(Member(message, "errorDetail"), "message")) is { } detail)
                error = detail;
            else if (Text(Member(message, "error")) is { } plain)
                error ??= plain;
            else if (Text(Member(message, "stream")) is { } line)
                Report(line);
            else if (Text(Member(Member(message, "aux"), "ID")) is { } image)
                id = image;
            else if (Text(Member(message, "id")) == "moby.buildkit.trace" && Member(message, "aux") is { ValueKind: JsonValueKind.String } aux && aux.TryGetBytesFromBase64(out var trace))
                ReportAll(BuildKitTrace.Read(trace));
        }

        void ReportAll(IEnumerable<BuildKitTrace.Event> events)
        {
            foreach (var e in events)
                Report(e.Text);
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

    /// <summary>The error in an answer that is there as a whole, or null.</summary>
    public static string? ErrorIn(ReadOnlySpan<byte> answer)
    {
        string? error = null;
        var reader = new Utf8JsonReader(answer, new JsonReaderOptions { AllowMultipleValues = true });
        try
        {
            while (reader.Read())
            {
                using var message = JsonDocument.ParseValue(ref reader);
                error = Text(Member(Member(message.RootElement, "errorDetail"), "message")) ?? error ?? Text(Member(message.RootElement, "error"));
            }
        }
        catch (JsonException e)
        {
            error ??= $"the engine's answer cannot be read: {e.Message}";
        }
        return error?.Trim();
    }

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}

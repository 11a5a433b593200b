using System.Text.Json;
using Docker.DotNet;

namespace ContainerTrain.Engine;

/// <summary>The words of an engine's error answer.</summary>
internal static class EngineMessage
{
    public static string Of(DockerApiException exception) => Of(exception.ResponseBody ?? exception.Message);

    /// <summary>The <c>message</c> of the JSON body that the API answers with, or the body where it is none.</summary>
    public static string Of(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
                ? message.GetString()!
                : body;
        }
        catch (JsonException)
        {
            return body.Trim();
        }
    }
}

/// <summary>Reports on the caller's thread and in order, which <see cref="Progress{T}"/> does not.</summary>
internal sealed class DirectProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}

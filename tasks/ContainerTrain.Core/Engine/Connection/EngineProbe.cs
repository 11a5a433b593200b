using System.Net.Sockets;
using System.Text;

namespace ContainerTrain.Engine;

/// <summary>Asks an engine one question: which image has this name? An idle build asks it twice and nothing else.</summary>
internal static class EngineProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The id of the image that has this name; empty if there is none; null if the engine does not answer as expected.
    /// </summary>
    public static string? ImageId(EngineEndpoint endpoint, string reference)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var answer = EngineWire.Send(endpoint, "GET", $"images/{Uri.EscapeDataString(reference)}/json", limit.Token);
            return answer.Status switch
            {
                200 => IdIn(Encoding.ASCII.GetString(answer.Body)),
                404 => "",
                _ => null,
            };
        }
        catch (Exception e) when (e is SocketException or IOException or ArgumentException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>The answer begins with the image's id, the only member of that name on the object's first level.</summary>
    private static string? IdIn(string answer)
    {
        const string member = "\"Id\":\"";
        var start = answer.IndexOf(member, StringComparison.Ordinal) + member.Length;
        var end = answer.IndexOf('"', start);
        return start >= member.Length && end > start ? answer[start..end] : null;
    }
}

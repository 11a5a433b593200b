using System.Text;

namespace ContainerTrain.Engine;

/// <summary>
/// Reads BuildKit's progress messages: protobuf <c>moby.buildkit.v1.StatusResponse</c>
/// (https://github.com/moby/buildkit/blob/master/api/services/control/control.proto). Only names and log lines are
/// needed, so that six fields are read here rather than a code generator added to the build.
/// </summary>
internal static class BuildKitTrace
{
    private const int LengthDelimited = 2;

    /// <summary>A step that began or failed, or a line that a step printed.</summary>
    public readonly record struct Event(string Text, bool IsError);

    public static IEnumerable<Event> Read(byte[] status)
    {
        foreach (var (field, message) in Messages(status))
        {
            switch (field)
            {
                case 1: // vertexes: name = 3, started = 5, completed = 6, error = 7
                    var vertex = Messages(message).ToLookup(f => f.Field, f => f.Value);
                    var name = Text(vertex[3]);
                    if (vertex[7].Any() && Text(vertex[7]) is { Length: > 0 } error)
                        yield return new Event($"{name}: {error}", IsError: true);
                    else if (vertex[5].Any() && !vertex[6].Any() && IsStep(name))
                        yield return new Event(name, IsError: false);
                    break;
                case 3: // logs: msg = 4
                    var log = Messages(message).Where(f => f.Field == 4).Select(f => f.Value);
                    foreach (var line in Text(log).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                        yield return new Event("  " + line.TrimEnd('\r'), IsError: false);
                    break;
            }
        }
    }

    /// <summary>Steps of the Dockerfile are <c>[stage n/m] …</c>; the rest is BuildKit's own housekeeping.</summary>
    private static bool IsStep(string name) => name.StartsWith('[') && !name.StartsWith("[internal]", StringComparison.Ordinal);

    private static string Text(IEnumerable<byte[]> values) => Encoding.UTF8.GetString(values.LastOrDefault() ?? []);

    /// <summary>The length-delimited fields of a message: strings, bytes and embedded messages. Others are passed over.</summary>
    private static List<(int Field, byte[] Value)> Messages(byte[] data)
    {
        var fields = new List<(int, byte[])>();
        for (var at = 0; at < data.Length;)
        {
            var tag = Varint(data, ref at);
            switch (tag & 7)
            {
                case LengthDelimited:
                    var length = (int)Math.Min(Varint(data, ref at), (ulong)(data.Length - at));
                    fields.Add(((int)(tag >> 3), data[at..(at + length)]));
                    at += length;
                    break;
                case 0:
                    Varint(data, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    return fields; // groups are not used; without knowing the rest, stop rather than misread
            }
        }
        return fields;
    }

    private static ulong Varint(byte[] data, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; at < data.Length && shift < 64; shift += 7)
        {
            var b = data[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                break;
        }
        return value;
    }
}

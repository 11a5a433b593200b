using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ContainerTrain.Runtime;

/// <summary>Something the user of a training program can put right: in the data, the csproj or the machine.</summary>
/// <param name="Code">One of <see cref="ProblemCodes"/>, or a code of the program's own.</param>
/// <param name="Message">The value seen, the values allowed, and what to do.</param>
/// <param name="File">The file it is about, or null.</param>
/// <param name="Line">The line in that file, from 1, or null.</param>
/// <param name="Column">The column in that line, from 1, or null. In a CSV file: the number of the cell in its row.</param>
public sealed record TrainingProblem(string Code, string Message, string? File = null, int? Line = null, int? Column = null)
{
    /// <summary>Whether the run goes on in spite of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsWarning { get; init; }

    /// <summary>
    /// The line that MSBuild and editors recognize as an error: <c>cars.csv(12,3): error CT4104: …</c>.
    /// See https://learn.microsoft.com/visualstudio/msbuild/msbuild-diagnostic-format-for-tasks.
    /// </summary>
    public override string ToString() => ToString(IsWarning ? "warning" : "error");

    /// <param name="severity"><c>error</c> or <c>warning</c>.</param>
    internal string ToString(string severity)
    {
        var line = new StringBuilder();
        if (File is not null)
        {
            line.Append(File);
            if (Line is not null)
            {
                line.Append(CultureInfo.InvariantCulture, $"({Line}");
                line.Append(CultureInfo.InvariantCulture, $"{(Column is null ? "" : $",{Column}")})");
            }

            line.Append(": ");
        }

        return line.Append(severity).Append(' ').Append(Code).Append(": ").Append(Message.ReplaceLineEndings(" ")).ToString();
    }
}

[JsonSerializable(typeof(IReadOnlyList<TrainingProblem>))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    public static string Write(IReadOnlyList<TrainingProblem> problems)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            WriteIndented = true,
            // People read the file too, and it never becomes part of a web page: quotes and angle brackets stay as they are.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        return JsonSerializer.Serialize(problems, new ProblemJson(options).IReadOnlyListTrainingProblem);
    }
}

using System.Text.Json;

namespace ContainerTrain.Runtime;

/// <summary>Where hyperparameters come from: the JSON file that TRAIN_HP_FILE names, else TRAIN_HP_&lt;NAME&gt; variables.</summary>
internal static class HyperparameterSource
{
    private const string Prefix = "TRAIN_HP_";
    private const string FileVariable = Prefix + "FILE";

    public static IReadOnlyDictionary<string, string> Read(IReadOnlyDictionary<string, string> environment, List<TrainingProblem> problems)
    {
        if (environment.TryGetValue(FileVariable, out var path) && File.Exists(path))
        {
            return ReadFile(path, problems);
        }

        return environment
            .Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal) && variable.Key != FileVariable)
            .ToDictionary(variable => variable.Key[Prefix.Length..].ToLowerInvariant(), variable => variable.Value, HyperparameterNames.Comparer);
    }

    private static Dictionary<string, string> ReadFile(string path, List<TrainingProblem> problems)
    {
        var values = new Dictionary<string, string>(HyperparameterNames.Comparer);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
                {
                    problems.Add(new(ProblemCodes.HyperparameterInvalid,
                        $"Hyperparameter '{property.Name}' is {Wording.Quote(property.Value.GetRawText())}; it must be one string.", path));
                }
                else if (!values.TryAdd(property.Name, property.Value.ToString()))
                {
                    problems.Add(new(ProblemCodes.HyperparameterInvalid,
                        $"Hyperparameter '{property.Name}' is given twice; names differ by more than case, '-', '.' and '_'.", path));
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            problems.Add(new(ProblemCodes.HyperparameterInvalid, $"TRAIN_HP_FILE is not a flat JSON object of strings: {e.Message}", path));
        }

        return values;
    }
}

/// <summary>Names are the same if they give the same environment variable: <c>learning-rate</c> is <c>LEARNING_RATE</c>.</summary>
internal sealed class HyperparameterNames : IEqualityComparer<string>
{
    public static HyperparameterNames Comparer { get; } = new();

    public bool Equals(string? x, string? y) => x is null || y is null ? x == y : Key(x) == Key(y);

    public int GetHashCode(string obj) => Key(obj).GetHashCode(StringComparison.Ordinal);

    private static string Key(string name) =>
        string.Create(name.Length, name, (key, text) =>
        {
            for (var i = 0; i < key.Length; i++)
            {
                key[i] = char.IsAsciiLetterOrDigit(text[i]) ? char.ToUpperInvariant(text[i]) : '_';
            }
        });
}

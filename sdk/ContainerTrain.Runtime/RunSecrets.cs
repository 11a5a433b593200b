namespace ContainerTrain.Runtime;

/// <summary>
/// The run's secrets (the csproj's <c>TrainSecret</c> items): files in memory below <c>TRAIN_SECRETS_DIR</c>. Nothing is
/// read before it is asked for, and nothing is kept.
/// </summary>
public sealed class RunSecrets
{
    internal RunSecrets(string directory) => Directory = directory;

    /// <summary>The folder with a file for each secret (TRAIN_SECRETS_DIR). Default: <c>/run/secrets</c>. It may not exist.</summary>
    public string Directory { get; }

    /// <summary>The names of the secrets, in order.</summary>
    public IReadOnlyList<string> Names => !System.IO.Directory.Exists(Directory) ? [] :
        [.. System.IO.Directory.EnumerateFiles(Directory).Select(file => Path.GetFileName(file)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];

    /// <summary>A secret as UTF-8 text, without the line break that a text file ends with.</summary>
    /// <exception cref="TrainingException">CT4140: there is no such secret; the message names those that there are.</exception>
    public string this[string name]
    {
        get
        {
            var text = File.ReadAllText(FileOf(name));
            return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
        }
    }

    /// <summary>The path of a secret's file, for what is no text or is asked for by its path.</summary>
    /// <exception cref="TrainingException">CT4140: there is no such secret.</exception>
    public string FileOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (Names.Contains(name, StringComparer.Ordinal))
        {
            return Path.Combine(Directory, name);
        }

        var known = Names.Count == 0 ? "The run has none" : $"There are: {string.Join(", ", Names)}";
        throw new TrainingException(new TrainingProblem(ProblemCodes.SecretMissing,
            $"The program asks for the secret {Wording.Quote(name)}, which it was not given. {known}. "
            + $"Add <TrainSecret Include=\"{name}\" EnvironmentVariable=\"…\" /> to the project."));
    }
}

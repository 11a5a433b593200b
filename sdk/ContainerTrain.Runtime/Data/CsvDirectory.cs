namespace ContainerTrain.Runtime;

/// <summary>The CSV files of a directory, for defaults and for messages about a file that is not there.</summary>
internal static class CsvDirectory
{
    private const string Remedy = "Data reaches a run through the csproj: <TrainData Include=\"data/cars.csv\" />.";

    /// <exception cref="TrainingException">CT4101: there is none, or more than one.</exception>
    public static string SingleFile(string directory)
    {
        var files = Files(directory);
        return files.Length switch
        {
            1 => Path.GetFullPath(files[0], directory),
            0 => throw Problem($"There is no CSV file in the data directory. {Remedy}", directory),
            _ => throw Problem($"There are {files.Length} CSV files in the data directory, {Wording.List(files)}; name the one to read.", directory),
        };
    }

    public static TrainingException FileNotFound(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        var files = Files(directory);
        var suggestion = Wording.DidYouMean(Path.GetFileName(path), files);
        return Problem($"There is no such file. CSV files in {Wording.Quote(directory)}: {Wording.List(files)}.{suggestion} {Remedy}", path);
    }

    private static TrainingException Problem(string message, string file) =>
        new(new TrainingProblem(ProblemCodes.DataFileNotFound, message, file));

    /// <summary>Paths relative to the directory, in ordinal order.</summary>
    private static string[] Files(string directory) =>
        Directory.Exists(directory)
            ? [.. Directory
                .EnumerateFiles(directory, "*.csv", new EnumerationOptions { RecurseSubdirectories = true, MatchCasing = MatchCasing.CaseInsensitive })
                .Select(file => Path.GetRelativePath(directory, file))
                .Order(StringComparer.Ordinal)]
            : [];
}

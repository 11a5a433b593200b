namespace ContainerTrain.Runtime;

/// <summary>
/// Tells the user of problems and warnings: on standard error, in lines that MSBuild recognizes, and in
/// <c>problems.json</c>, from which the build makes coded errors and warnings.
/// </summary>
internal sealed class ProblemReport(string file, TextWriter errors)
{
    private readonly List<TrainingProblem> _problems = [];

    /// <summary>The report of a run in this output directory.</summary>
    public static ProblemReport In(string outputDirectory, TextWriter errors) => new(Path.Combine(outputDirectory, "problems.json"), errors);

    /// <summary>A local run writes to the same folder each time.</summary>
    public void ForgetEarlierRun()
    {
        if (File.Exists(file))
        {
            File.Delete(file);
        }
    }

    /// <summary>Something that is wrong and that the run can live with; written at once, as nobody knows how the run will end.</summary>
    public void Warn(TrainingProblem problem) => Add([problem with { IsWarning = true }]);

    /// <summary>What ends the run.</summary>
    public void Fail(IReadOnlyList<TrainingProblem> problems) => Add(problems);

    /// <summary>The problems are on standard error already, so an output directory that cannot be written does not hide them.</summary>
    private void Add(IReadOnlyList<TrainingProblem> problems)
    {
        lock (_problems)
        {
            foreach (var problem in problems)
            {
                errors.WriteLine(problem.ToString());
            }

            _problems.AddRange(problems);
            if (problems.Any(problem => problem.Code == ProblemCodes.OutputInUse))
            {
                // The folder, and the file in it, are the other run's.
                return;
            }

            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, ProblemJson.Write(_problems));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                errors.WriteLine($"problems.json was not written: {e.Message}");
            }
        }
    }
}

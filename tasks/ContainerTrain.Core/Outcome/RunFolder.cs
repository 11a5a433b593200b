using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Outcome;

/// <summary>The folder of one run: <c>runs/20261123-174409-kqzt</c>, and <c>runs/latest</c> which points to the newest.</summary>
public sealed partial class RunFolder
{
    private RunFolder(string root, string id)
    {
        Id = id;
        Path = System.IO.Path.Join(root, id);
    }

    /// <summary>The run's id: UTC time of its start and four random letters.</summary>
    public string Id { get; }

    /// <summary>Absolute.</summary>
    public string Path { get; }

    public string Record => Join("run.json");

    public string Log => Join("log.txt");

    public string Problems => Join("problems.json");

    public string Hyperparameters => Join("hyperparameters.json");

    public string Checkpoints => Join("checkpoints");

    public string Metrics => Join("metrics.jsonl");

    /// <summary>What the program handed in for the <see cref="Report"/>.</summary>
    public string ProgramReport => Join("report.json");

    /// <summary>The run's page.</summary>
    public string Report => Join("report.html");

    /// <summary>Creates the folder and points <c>latest</c> to it.</summary>
    /// <exception cref="ProblemException">CT4008 if it cannot be written.</exception>
    public static RunFolder Create(string root, DateTimeOffset now)
    {
        var id = now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture) + "-"
            + RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz", 4);
        var folder = new RunFolder(root, id);
        try
        {
            Directory.CreateDirectory(folder.Checkpoints);
            PointLatestTo(root, id);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(folder.Path))
                Directory.Delete(folder.Path, recursive: true);
            throw new ProblemException(Codes.RunFolderUnwritable.With(folder.Path, e.Message), e);
        }
    }

    /// <summary>A folder that is there already.</summary>
    /// <param name="path">Absolute.</param>
    public static RunFolder At(string path) => new(System.IO.Path.GetDirectoryName(path) ?? "/", System.IO.Path.GetFileName(path));

    /// <summary>The folders of all runs below a root, oldest first: those with a run's name, and those with a record.</summary>
    public static ImmutableArray<RunFolder> All(string root) => !Directory.Exists(root) ? [] :
    [
        .. Directory.EnumerateDirectories(root, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint })
            .Select(path => new RunFolder(root, System.IO.Path.GetFileName(path)))
            .Where(folder => IdPattern().IsMatch(folder.Id) || File.Exists(folder.Record))
            .OrderBy(folder => folder.Id, StringComparer.Ordinal),
    ];

    /// <summary>
    /// Every file that the program left, with the paths' parts separated by '/', in order. No links: what one points to is
    /// listed where it lies, or is not the run's, or is a path of the container. None in a folder that somebody removed.
    /// </summary>
    public ImmutableArray<string> Artifacts() => !Directory.Exists(Path) ? [] :
        [.. Directory.EnumerateFiles(Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Where(file => file != Record && file != Log && file != Report)
            .Select(file => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    private string Join(string name) => System.IO.Path.Join(Path, name);

    /// <summary>Replaced by a rename, so that a reader never finds it missing.</summary>
    private static void PointLatestTo(string root, string id)
    {
        if (OperatingSystem.IsWindows())
        {
            // Links need a privilege there; a file that names the run serves the same purpose.
            File.WriteAllText(System.IO.Path.Join(root, "latest.txt"), id);
            return;
        }
        var temporary = System.IO.Path.Join(root, "." + id);
        File.CreateSymbolicLink(temporary, id);
        try
        {
            AtomicFile.RenameOver(temporary, System.IO.Path.Join(root, "latest"));
        }
        catch (IOException)
        {
            File.Delete(temporary);
            throw;
        }
    }

    [GeneratedRegex(@"^[0-9]{8}-[0-9]{6}-[a-z]{4}\z")]
    private static partial Regex IdPattern();
}

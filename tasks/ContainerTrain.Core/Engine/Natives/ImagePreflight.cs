using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// Knows at build time whether the native libraries load on the image that they are put on. What was found to fit is
/// remembered by the image and the files, and an image's libraries are read once.
/// </summary>
internal sealed class ImagePreflight(EngineConnection engine, BuildCache cache)
{
    private static readonly ImmutableArray<string> FilesInstructions = ["RUN", "COPY", "ADD"];

    /// <summary>The files of a plan that a loader may load: those of native packages, and others with such a name.</summary>
    public static ImmutableArray<string> NativesOf(ImagePlan image) =>
        [.. image.Layers.SelectMany(layer => layer.Files.Where(file => (layer.Kind == LayerKind.Natives || IsLibrary(file.Target)) && !IsOfAnotherSystem(file.Target, image.Platform))).Select(file => file.Source)];

    /// <param name="image">The plan.</param>
    /// <param name="system">What the native libraries are put on: the base image, or the one with the project's packages.</param>
    /// <param name="progress">Gets a line where something is read, and the reason where it cannot be.</param>
    /// <param name="cancellation">Stops the check.</param>
    /// <exception cref="ProblemException">CT3030 to CT3033, all that were found.</exception>
    public async Task CheckAsync(ImagePlan image, EngineImage system, IProgress<string> progress, CancellationToken cancellation)
    {
        if (!image.NativePreflight || NativesOf(image) is not { IsEmpty: false } natives)
            return;
        var mark = Path.Join(cache.Preflights, $"{Key(StateOf(natives).Append(system.Id).Append(image.Platform).Append(LibraryPathOf(image, system)))}.fits");
        if (File.Exists(mark) && !cache.Verify)
            return;
        try
        {
            var problems = await ProblemsAsync(image, natives, system, progress, cancellation);
            if (problems.IsEmpty)
                Remember(mark);
            else if (!AddsFilesLater(image) || problems.Any(problem => problem.Code != Codes.ImageLacksSymbol))
                throw new ProblemException(problems);
            else
                progress.Report($"Native libraries: unless an instruction of the project adds it, {problems[0].Message}");
        }
        catch (ProblemException e) when (e.Problems.All(problem => problem.Code == Codes.EngineError))
        {
            // A check must not be what fails a build that works.
            progress.Report($"Native libraries are not checked: {e.Problems[0].Message}");
        }
    }

    /// <summary>Everything that keeps a native library of the plan from loading on <paramref name="system"/>.</summary>
    public async Task<ImmutableArray<Problem>> ProblemsAsync(
        ImagePlan image, ImmutableArray<string> natives, EngineImage system, IProgress<string> progress, CancellationToken cancellation)
    {
        var set = await Task.Run(() => NativeSet.Read(natives, image.Platform), cancellation);
        var sonames = set.Needs.Select(need => need.Library).ToImmutableSortedSet(StringComparer.Ordinal);
        var libraries = await LibrariesAsync(image, system, sonames, progress, cancellation);
        if (libraries.TryGetValue(ImageProblems.Glibc, out var glibc) && glibc is null)
            libraries = await LibrariesAsync(image, system, sonames.Add(Musl.SonameOn(image.Platform)), progress, cancellation);
        return [.. set.Problems, .. ImageProblems.Of(set, libraries, NameOf(image, system), image.Platform)];
    }

    private async Task<ImmutableSortedDictionary<string, LibraryOffer?>> LibrariesAsync(
        ImagePlan image, EngineImage system, IReadOnlyCollection<string> sonames, IProgress<string> progress, CancellationToken cancellation)
    {
        var path = LibraryPathOf(image, system);
        var file = Path.Join(cache.Preflights, $"{Key([system.Id, path])}.json");
        var known = KnownLibraries.Read(file, system.Id);
        var unknown = sonames.Where(soname => known?.Libraries.ContainsKey(soname) != true).ToArray();
        if (unknown.Length == 0)
            return known?.Libraries ?? ImmutableSortedDictionary<string, LibraryOffer?>.Empty;
        progress.Report($"Reading the system libraries of {NameOf(image, system)} (once per image)");
        await using var files = await ContainerFiles.OpenAsync(engine, system.Id, cancellation);
        var folders = known?.Folders ?? await LoaderPaths.OfAsync(files, image.Platform, path, cancellation);
        var found = await ImageLibraries.FindAsync(files, folders, image.Platform, unknown, cancellation);
        var all = (known?.Libraries ?? ImmutableSortedDictionary<string, LibraryOffer?>.Empty).AddRange(found);
        new KnownLibraries(system.Id, folders, all).Write(file);
        return all;
    }

    private static void Remember(string mark)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(mark)!);
        File.WriteAllBytes(mark, []);
    }

    private static string NameOf(ImagePlan image, EngineImage system) =>
        system.Label(ImageLabels.Role) == ImageLabels.System[ImageLabels.Role] ? $"'{image.PullReference}' with the project's packages" : $"'{image.PullReference}'";

    /// <summary>LD_LIBRARY_PATH as the program will have it.</summary>
    private static string LibraryPathOf(ImagePlan image, EngineImage system)
    {
        const string name = "LD_LIBRARY_PATH";
        return image.Environment.GetValueOrDefault(name)
            ?? (system.Config["Env"] as JsonArray)?.Select(line => line!.GetValue<string>()).LastOrDefault(line => line.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..]
            ?? "";
    }

    /// <summary>Instructions after the libraries may bring what the image below does not have.</summary>
    private static bool AddsFilesLater(ImagePlan image) =>
        image.System.Instructions.Any(instruction => instruction.Stage == "app" && FilesInstructions.Contains(instruction.Text.TrimStart().Split(' ', '\t')[0].ToUpperInvariant()));

    private static IEnumerable<string> StateOf(ImmutableArray<string> natives) =>
        natives.Select(path => new FileInfo(path)).Select(info => string.Create(CultureInfo.InvariantCulture, $"{info.FullName}\t{info.Length}\t{info.LastWriteTimeUtc.Ticks}"));

    private static string Key(IEnumerable<string> content) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', content))))[..32];

    /// <summary>Some packages bring the libraries of all systems, in the folders where .NET looks for those of its own.</summary>
    private static bool IsOfAnotherSystem(string target, string platform) =>
        target.StartsWith("runtimes/", StringComparison.Ordinal)
        && !target.StartsWith(platform == "linux/arm64" ? "runtimes/linux-arm64/" : "runtimes/linux-x64/", StringComparison.Ordinal);

    /// <summary><c>libx.so</c> or <c>libx.so.1.2</c>. By hand: it is asked of every file at every edit.</summary>
    private static bool IsLibrary(string target)
    {
        var name = target.AsSpan();
        while (name.Length > 0 && (char.IsAsciiDigit(name[^1]) || name[^1] == '.'))
            name = name[..^1];
        return name.EndsWith(".so", StringComparison.Ordinal);
    }
}

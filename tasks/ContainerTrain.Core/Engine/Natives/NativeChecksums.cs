using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// Checks native libraries against the SHA-256 that their packages carry beside them (<c>libtorch_cuda.so.sha</c>).
/// NuGet packages are too small for CUDA's libraries: TorchSharp delivers them in fragments and joins those in the
/// NuGet cache when a project is first built. Where the joined file is wrong, that build goes on without an error, and
/// the training fails much later. Hashes are remembered by path, length and time of change.
/// </summary>
public sealed class NativeChecksums(BuildCache cache)
{
    private const string Suffix = ".sha";

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    private string Store => Path.Join(cache.Directory, "checksums.tsv");

    /// <summary>Hashes the libraries that are not known yet.</summary>
    /// <exception cref="ProblemException">One CT2010 for each that is not what its package says.</exception>
    public async Task VerifyAsync(ImagePlan image, IProgress<string> progress, CancellationToken cancellation)
    {
        ImmutableArray<(LayerPlan Layer, string File)> files =
        [
            .. from layer in image.Layers
               where layer.Kind == LayerKind.Natives
               from file in layer.Files
               where File.Exists(file.Source) && File.Exists(file.Source + Suffix)
               select (layer, file.Source),
        ];
        if (files.IsEmpty)
            return;
        Load();
        var unknown = files.Select(file => file.File).Where(file => cache.Verify || !_known.ContainsKey(Fingerprint(file))).ToImmutableArray();
        if (!unknown.IsEmpty)
        {
            progress.Report($"Checking {unknown.Length} native libraries ({Units.Show(unknown.Sum(file => new FileInfo(file).Length))}) against their packages");
            await Parallel.ForEachAsync(unknown, cancellation, async (file, token) => _known[Fingerprint(file)] = await HashAsync(file, token));
            Save();
        }
        var problems = files.Select(file => ProblemOf(file.Layer, file.File)).OfType<Problem>().ToImmutableArray();
        if (!problems.IsEmpty)
            throw new ProblemException(problems);
    }

    private Problem? ProblemOf(LayerPlan layer, string file)
    {
        var (expected, actual) = (File.ReadAllText(file + Suffix).Trim(), _known[Fingerprint(file)]);
        return actual.Equals(expected, StringComparison.OrdinalIgnoreCase)
            ? null
            : Codes.NativeDamaged.With(file, actual, expected, string.Join(", ", PackagesOf(layer.Name, file)));
    }

    /// <summary>
    /// The package of the file, and those of its fragments: joining empties these, so that restoring the first part
    /// alone would not bring the file back.
    /// </summary>
    private static IEnumerable<string> PackagesOf(string layer, string file)
    {
        const string primary = "-primary";
        var (id, version) = layer.Split('/') is [_, var name, var release] ? (name, release) : ("", "");
        yield return $"{id} {version}";
        var place = file.IndexOf($"/{id}/{version}/", StringComparison.OrdinalIgnoreCase);
        if (place < 0 || !id.EndsWith(primary, StringComparison.Ordinal))
            yield break;
        for (var number = 1; ; number++)
        {
            var fragment = $"{id[..^primary.Length]}-fragment{number}";
            if (!Directory.Exists(Path.Join(file[..place], fragment, version)))
                yield break;
            yield return $"{fragment} {version}";
        }
    }

    private static string Fingerprint(string file)
    {
        var info = SourceFile.Of(file);
        return string.Create(CultureInfo.InvariantCulture, $"{info.Length}\t{info.LastWriteTimeUtc.Ticks}\t{file}");
    }

    private static async Task<string> HashAsync(string file, CancellationToken cancellation)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
    }

    private void Load()
    {
        foreach (var line in File.Exists(Store) ? File.ReadLines(Store) : [])
        {
            if (line.Split('\t', 2) is [{ Length: 64 } hash, var fingerprint])
                _known[fingerprint] = hash;
        }
    }

    private void Save()
    {
        Directory.CreateDirectory(cache.Directory);
        AtomicFile.WriteAllLines(Store, _known.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value}\t{pair.Key}"));
    }
}

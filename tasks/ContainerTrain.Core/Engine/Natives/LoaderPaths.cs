using System.Collections.Immutable;
using System.IO.Enumeration;
using System.Text;

namespace ContainerTrain.Engine;

/// <summary>Where the dynamic loader of an image looks for libraries: its configuration, then what is built into it.</summary>
internal static class LoaderPaths
{
    public const string Configuration = "/etc/ld.so.conf";

    private const int DeepestInclude = 8;

    /// <summary>In the order in which they are searched; those that do not exist are among them.</summary>
    /// <param name="files">The image.</param>
    /// <param name="platform">In the form <c>linux/amd64</c>; decides the name of Debian's folders.</param>
    /// <param name="environment">The value of LD_LIBRARY_PATH, empty if not set.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<ImmutableArray<string>> OfAsync(IImageFiles files, string platform, string environment, CancellationToken cancellation)
    {
        var configured = new List<string>();
        await AddAsync(files, Configuration, configured, DeepestInclude, cancellation);
        var triplet = platform == "linux/arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
        return
        [
            .. environment.Split([':', ';'], StringSplitOptions.RemoveEmptyEntries)
                .Concat(configured)
                .Concat([$"/lib/{triplet}", $"/usr/lib/{triplet}", "/lib64", "/usr/lib64", "/lib", "/usr/lib"])
                .Select(path => path.Length > 1 ? path.TrimEnd('/') : path)
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>The lines of a configuration file that say something: a folder, or <c>include</c> and a pattern.</summary>
    public static IEnumerable<string> Lines(string text) =>
        text.Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0 && !line.StartsWith("hwcap ", StringComparison.Ordinal));

    private static async Task AddAsync(IImageFiles files, string path, List<string> found, int depth, CancellationToken cancellation)
    {
        if (depth == 0 || await ImageLibraries.FollowAsync(files, path, cancellation) is not { } file)
            return;
        foreach (var line in Lines(Encoding.UTF8.GetString(file.Content)))
        {
            if (!line.StartsWith("include ", StringComparison.Ordinal))
            {
                found.Add(line);
                continue;
            }
            var pattern = line["include ".Length..].Trim();
            pattern = pattern.StartsWith('/') ? pattern : $"{Parent(path)}/{pattern}";
            var folder = Parent(pattern);
            var names = (await files.ReadAsync(folder, cancellation)).Select(entry => entry.Name.Split('/'))
                .Where(parts => parts.Length == 2 && FileSystemName.MatchesSimpleExpression(NameOf(pattern), parts[1], ignoreCase: false))
                .Select(parts => parts[1]).Order(StringComparer.Ordinal);
            foreach (var name in names)
                await AddAsync(files, $"{folder}/{name}", found, depth - 1, cancellation);
        }
    }

    internal static string Parent(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}

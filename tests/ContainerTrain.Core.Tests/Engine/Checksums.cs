using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class ANativeLibraryWithAChecksum : IDisposable
{
    private const string Primary = "libtorch-cuda-12.8-linux-x64-part2-primary";

    private readonly TempFolder _folder = new();

    private readonly List<string> _lines = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task IsFineIfItHasIt()
    {
        var file = Library("whole", Sha("whole"));
        await VerifyAsync(file);
        Assert.StartsWith("Checking 1 native libraries", Assert.Single(_lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hal")]
    [InlineData("wholesale")]
    public async Task IsCT2010IfItDoesNot(string content)
    {
        var file = Library(content, Sha("whole"));
        var problem = await OnlyProblemAsync(file);
        Assert.Equal(Codes.NativeDamaged, problem.Code);
        Assert.Equal($"'{file}' is not what its package says: its SHA-256 is {Sha(content)}, expected {Sha("whole")}. To be restored again: {Primary} 2.10.0.", problem.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no hash")]
    public async Task IsCT2010IfTheChecksumIsNone(string checksum) =>
        Assert.Equal(Codes.NativeDamaged, (await OnlyProblemAsync(Library("whole", checksum))).Code);

    [Fact]
    public async Task IsComparedWithoutCaseAndLineBreaks() => await VerifyAsync(Library("whole", Sha("whole").ToUpperInvariant() + "\n"));

    [Fact]
    public async Task NamesThePackagesOfItsFragmentsToo()
    {
        var file = Library("first", Sha("first and second"));
        _folder.Write("cache/libtorch-cuda-12.8-linux-x64-part2-fragment1/2.10.0/x", "");
        _folder.Write("cache/libtorch-cuda-12.8-linux-x64-part2-fragment2/2.10.0/x", "");
        _folder.Write("cache/libtorch-cuda-12.8-linux-x64-part2-fragment3/2.7.1/x", "");
        Assert.EndsWith(
            "To be restored again: libtorch-cuda-12.8-linux-x64-part2-primary 2.10.0, libtorch-cuda-12.8-linux-x64-part2-fragment1 2.10.0, libtorch-cuda-12.8-linux-x64-part2-fragment2 2.10.0.",
            (await OnlyProblemAsync(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IsHashedOnceWhileItLooksTheSame()
    {
        var file = Library("whole", Sha("whole"));
        await VerifyAsync(file);
        var time = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, "wrong");
        File.SetLastWriteTimeUtc(file, time);
        _lines.Clear();
        await VerifyAsync(file);
        Assert.Empty(_lines);

        await Assert.ThrowsAsync<ProblemException>(() => VerifyAsync(file, verify: true));
        File.SetLastWriteTimeUtc(file, time.AddSeconds(1));
        await Assert.ThrowsAsync<ProblemException>(() => VerifyAsync(file));
    }

    [Fact]
    public async Task IsFineAgainAfterItIsRestored()
    {
        var file = Library("hal", Sha("whole"));
        await Assert.ThrowsAsync<ProblemException>(() => VerifyAsync(file));
        await Assert.ThrowsAsync<ProblemException>(() => VerifyAsync(file));
        Library("whole", Sha("whole"));
        await VerifyAsync(file);
    }

    [Fact]
    public async Task IsHashedWhereTheStoreIsDamaged()
    {
        _folder.Write("store/checksums.tsv", "nonsense\n\t\n" + new string('x', 64) + "\n");
        await Assert.ThrowsAsync<ProblemException>(() => VerifyAsync(Library("hal", Sha("whole"))));
    }

    [Fact]
    public async Task MayHaveNone()
    {
        var file = Library("whole", Sha("whole"));
        File.Delete(file + ".sha");
        await VerifyAsync(file, _folder.At("missing.so"));
        Assert.Empty(_lines);
        Assert.False(Directory.Exists(_folder.At("store")));
    }

    [Fact]
    public async Task IsReportedWithAllOthers()
    {
        var (a, b) = (Library("a", Sha("whole"), "liba.so"), Library("b", Sha("whole"), "libb.so"));
        Assert.Equal(2, (await Assert.ThrowsAsync<ProblemException>(() => VerifyAsync([a, b]))).Problems.Length);
    }

    private string Library(string content, string checksum, string name = "libtorch_cpu.so")
    {
        var path = $"cache/{Primary}/2.10.0/runtimes/linux-x64/native/{name}";
        _folder.Write(path + ".sha", checksum);
        return _folder.Write(path, content);
    }

    private static string Sha(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private async Task<Problem> OnlyProblemAsync(string file) =>
        Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => VerifyAsync(file))).Problems);

    private Task VerifyAsync(params string[] files) => VerifyAsync(verify: false, files);

    private Task VerifyAsync(string file, bool verify) => VerifyAsync(verify, [file]);

    private Task VerifyAsync(bool verify, string[] files)
    {
        var layer = new LayerPlan($"natives/{Primary}/2.10.0", LayerKind.Natives, [.. files.Select(file => new FilePlan(file, Path.GetFileName(file)))]);
        var image = Given.DefaultPlan.Image with { Layers = [layer] };
        return new NativeChecksums(new BuildCache(_folder.At("store"), verify)).VerifyAsync(image, new Lines(_lines), CancellationToken.None);
    }

    private sealed class Lines(List<string> lines) : IProgress<string>
    {
        public void Report(string value) => lines.Add(value);
    }
}

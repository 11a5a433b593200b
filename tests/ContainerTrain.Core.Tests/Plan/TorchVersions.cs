using ContainerTrain.Plan;
using NuGet.Versioning;

namespace ContainerTrain.Tests;

public sealed class TheTableOfTorchVersions
{
    /// <summary>One line per row, written from the sources and not from the table.</summary>
    [Theory]
    [InlineData("0.99.0", "1.13.0", "11.7", "450", "8")]
    [InlineData("0.99.6", "1.13.0", "11.7", "450", "8")]
    [InlineData("0.100.0", "2.0.1", "11.7", "450", "8")]
    [InlineData("0.100.7", "2.0.1", "11.7", "450", "8")]
    [InlineData("0.101.0", "2.1.0", "12.1", "525", "8")]
    [InlineData("0.101.6", "2.1.0", "12.1", "525", "8")]
    [InlineData("0.102.0", "2.2.1", "12.1", "525", "8")]
    [InlineData("0.102.8", "2.2.1", "12.1", "525", "8")]
    [InlineData("0.103.0", "2.4.0", "12.1", "525", "9")]
    [InlineData("0.104.0", "2.4.0", "12.1", "525", "9")]
    [InlineData("0.105.0", "2.5.1", "12.1", "525", "9")]
    [InlineData("0.105.1", "2.5.1", "12.1", "525", "9")]
    [InlineData("0.105.2", "2.7.1", "12.8", "525", "9")]
    [InlineData("0.106.0", "2.10.0", "12.8", "525", "9")]
    [InlineData("0.107.0", "2.10.0", "12.8", "525", "9")]
    public void SaysWhatBelongsToAVersion(string torchSharp, string libtorch, string cuda, string driver, string cudnn)
    {
        var row = TorchTable.Find(NuGetVersion.Parse(torchSharp), out var isKnown);
        Assert.True(isKnown);
        Assert.Equal((libtorch, cuda, driver, cudnn), (row.Libtorch, row.Cuda, row.MinDriver, row.Cudnn));
    }

    [Theory]
    [InlineData("0.100.7", "3.7 5.0 6.0 7.0 7.5 8.0 8.6")]
    [InlineData("0.105.1", "")]
    [InlineData("0.107.0", "7.0 7.5 8.0 8.6 9.0 10.0 12.0")]
    public void SaysWhichDevicesThereIsCodeForWhereThatIsKnown(string torchSharp, string capabilities) =>
        Assert.Equal(capabilities, string.Join(' ', TorchTable.Find(NuGetVersion.Parse(torchSharp), out _).Capabilities));

    [Fact]
    public void SaysWhatTheSystemMustHaveWhereThatIsKnown()
    {
        var row = TorchTable.Find(NuGetVersion.Parse("0.107.0"), out _);
        Assert.Equal(("2.34", "3.4.32"), (row.Glibc, row.Glibcxx));
        Assert.Null(TorchTable.Find(NuGetVersion.Parse("0.105.0"), out _).Glibc);
    }

    [Fact]
    public void HasRangesThatNeitherOverlapNorLeaveGaps()
    {
        foreach (var (row, next) in TorchTable.Rows.Zip(TorchTable.Rows.Skip(1)))
        {
            Assert.True(row.Range is { HasLowerAndUpperBounds: true, IsMinInclusive: true, IsMaxInclusive: false });
            Assert.True(next.Range.IsMinInclusive);
            Assert.Equal(row.Range.MaxVersion, next.Range.MinVersion);
            Assert.True(row.Range.MinVersion! < row.Range.MaxVersion!);
        }
        Assert.True(TorchTable.Rows[^1].Range is { HasLowerAndUpperBounds: true, IsMaxInclusive: true });
    }

    /// <summary>A preview of the next version is made for what that version needs.</summary>
    [Theory]
    [InlineData("0.105.2-preview.1", "2.7.1")]
    [InlineData("0.103.1-alpha", "2.4.0")]
    public void CountsAPreviewToItsVersion(string torchSharp, string libtorch) =>
        Assert.Equal(libtorch, TorchTable.Find(NuGetVersion.Parse(torchSharp), out _).Libtorch);

    [Theory]
    [InlineData("0.107.1", "2.10.0")]
    [InlineData("1.0.0", "2.10.0")]
    [InlineData("0.98.3", "1.13.0")]
    public void GivesTheNearestRowForAVersionItDoesNotHave(string torchSharp, string libtorch)
    {
        Assert.Equal(libtorch, TorchTable.Find(NuGetVersion.Parse(torchSharp), out var isKnown).Libtorch);
        Assert.False(isKnown);
    }

    [Fact]
    public void HasTheVersionThatTheSdkReferences()
    {
        var version = System.Xml.Linq.XDocument.Load(Repository.At("Directory.Packages.props")).Descendants("TorchSharpVersion").Single().Value;
        TorchTable.Find(NuGetVersion.Parse(version), out var isKnown);
        Assert.True(isKnown);
    }

    [Fact]
    public void HasRowsThatAreWholeAndSayWhereTheyAreFrom() => Assert.All(TorchTable.Rows, row =>
    {
        Assert.Matches(@"^\d+\.\d+\.\d+$", row.Libtorch);
        Assert.Matches(@"^\d+\.\d+$", row.Cuda);
        Assert.Matches(@"^\d+$", row.MinDriver);
        Assert.Equal(row.Capabilities.OrderBy(Version.Parse), row.Capabilities);
        Assert.Contains("linux-x64", row.Rids);
        Assert.Contains("linux-x64", row.CudaRids);
        Assert.Equal(row.Capabilities.IsEmpty, !row.Sources.Any(source => source.Contains("(compute capabilities)", StringComparison.Ordinal)));
        Assert.Equal(row.Glibcxx is null, !row.Sources.Any(source => source.Contains("libstdc++", StringComparison.Ordinal)));
        Assert.Contains(row.Sources, source => source.Contains("(driver)", StringComparison.Ordinal));
        Assert.Contains(row.Sources, source => source.Contains("(libtorch, CUDA)", StringComparison.Ordinal));
    });
}

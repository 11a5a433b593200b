using System.IO.Compression;
using ContainerTrain.Registry;

namespace ContainerTrain.Tests;

public sealed class ACompressedLayer
{
    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData((4 << 20) - 1)]
    [InlineData(4 << 20)]
    [InlineData((4 << 20) + 1)]
    [InlineData(13_000_000)]
    public void IsTheSameOnAnyNumberOfProcessors(int length)
    {
        var input = new byte[length];
        new Random(1).NextBytes(input.AsSpan(0, length / 2));
        var one = Compress(input, 1, length);
        Assert.Equal(one, Compress(input, 8, 77_777));
        using var gzip = new GZipStream(new MemoryStream(one), CompressionMode.Decompress);
        var output = new MemoryStream();
        gzip.CopyTo(output);
        Assert.True(input.AsSpan().SequenceEqual(output.ToArray()));
    }

    private static byte[] Compress(byte[] input, int processors, int step)
    {
        var output = new MemoryStream();
        using var gzip = new GzipMembers(output, CompressionLevel.Fastest, processors);
        for (var i = 0; i < input.Length; i += step)
            gzip.Write(input.AsSpan(i, Math.Min(step, input.Length - i)));
        gzip.Finish();
        return output.ToArray();
    }
}

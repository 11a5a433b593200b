using System.Text;
using ContainerTrain.Engine;
using CsCheck;

namespace ContainerTrain.Tests;

public sealed class LinesOfAProgram
{
    [Theory]
    [InlineData("a\nb\n", new[] { "a", "b" })]
    [InlineData("a\r\nb\r\n", new[] { "a", "b" })]
    [InlineData("a\n\nb", new[] { "a", "", "b" })]
    [InlineData("", new string[0])]
    [InlineData("\n", new[] { "" })]
    [InlineData("last", new[] { "last" })]
    [InlineData("10%\r50%\r100%\ndone\n", new[] { "100%", "done" })]
    [InlineData("10%\r100%\r\n", new[] { "100%" })]
    [InlineData("10%\r", new[] { "10%" })]
    public void EndAtLineFeeds(string output, string[] lines) => Assert.Equal(lines, Split(Encoding.UTF8.GetBytes(output), output.Length + 1));

    [Fact]
    public void AreTheSameHoweverTheReadsCutThem() =>
        Gen.Select(Gen.OneOfConst("a", "é", "日", "😀", "\n", "\r\n", " ").Array[0, 20].Select(string.Concat), Gen.Int[1, 5]).Sample((text, size) =>
        {
            var expected = text.ReplaceLineEndings("\n").Split('\n').ToList();
            if (expected[^1].Length == 0)
                expected.RemoveAt(expected.Count - 1);
            return Split(Encoding.UTF8.GetBytes(text), size).SequenceEqual(expected);
        });

    [Fact]
    public void MayBeAnyBytes() => Gen.Select(Gen.Byte.Array[0, 40], Gen.Int[1, 5]).Sample((bytes, size) =>
        Split(bytes, size).SequenceEqual(Split(bytes, bytes.Length + 1)));

    [Fact]
    public void ThatEndInHalfACharacterSaySo() => Assert.Equal(["a\ufffd"], Split([(byte)'a', 0xe6, 0x97], 1));

    [Fact]
    public void ThatNeverEndComeInPieces()
    {
        var pieces = Split(Encoding.UTF8.GetBytes(new string('x', 200_000)), 4_096);
        Assert.All(pieces, piece => Assert.True(piece.Length <= 1 << 16));
        Assert.Equal(200_000, pieces.Sum(piece => piece.Length));
    }

    [Fact]
    public void AreNotCutInTheMiddleOfACharacter()
    {
        var pieces = Split(Encoding.UTF8.GetBytes("x" + string.Concat(Enumerable.Repeat("😀", 100_000))), 4_097);
        Assert.All(pieces, piece => Assert.DoesNotContain('\ufffd', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(piece))));
        Assert.Equal(200_001, pieces.Sum(piece => piece.Length));
    }

    private static List<string> Split(byte[] bytes, int size)
    {
        var lines = new List<string>();
        var splitter = new LineSplitter(lines.Add);
        foreach (var chunk in bytes.Chunk(size))
            splitter.Add(chunk);
        splitter.Complete();
        return lines;
    }
}

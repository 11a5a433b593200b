using ContainerTrain.Plan;
using CsCheck;

namespace ContainerTrain.Tests;

public sealed class ACommandLine
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("  \t\n ", new string[0])]
    [InlineData("a b", new[] { "a", "b" })]
    [InlineData("  --rate   0.5\n--name x ", new[] { "--rate", "0.5", "--name", "x" })]
    [InlineData("'a b' \"c d\"", new[] { "a b", "c d" })]
    [InlineData("a'b c'd", new[] { "ab cd" })]
    [InlineData("'' \"\"", new[] { "", "" })]
    [InlineData("a\\ b", new[] { "a b" })]
    [InlineData("'a\\b'", new[] { "a\\b" })]
    [InlineData("\"a\\\"b\\\\c\\d\"", new[] { "a\"b\\c\\d" })]
    [InlineData("'\"' \"'\"", new[] { "\"", "'" })]
    [InlineData("$HOME *", new[] { "$HOME", "*" })]
    [InlineData("a\\", new[] { "a\\" })]
    public void IsSplitAsAShellDoes(string text, string[] words)
    {
        Assert.True(CommandLine.TrySplit(text, out var split));
        Assert.Equal(words, split);
    }

    [Theory]
    [InlineData("'a")]
    [InlineData("\"a b")]
    [InlineData("a 'b' \"")]
    [InlineData("\"a\\\"")]
    public void WithAnOpenQuoteIsRefused(string text) => Assert.False(CommandLine.TrySplit(text, out _));

    [Fact]
    public void OfQuotedWordsGivesTheWords() => Gen.String.Array[0, 5].Sample(words =>
        CommandLine.TrySplit(string.Join(' ', words.Select(word => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'")), out var split)
        && split.SequenceEqual(words));
}

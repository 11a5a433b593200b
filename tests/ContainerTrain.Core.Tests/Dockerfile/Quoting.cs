using System.Text;
using ContainerTrain.Dockerfile;
using CsCheck;

namespace ContainerTrain.Tests;

public sealed class AQuotedValue
{
    /// <summary>Text of one line: with everything that a Dockerfile gives a meaning, and any other character.</summary>
    private static readonly Gen<string> Line = Gen.OneOf(
        Gen.Char["\"'\\$`{}=# \t[],<>|&;*?~!abc"].Array[0, 12].Select(chars => new string(chars)),
        Gen.String.Select(text => new string([.. text.Where(c => c is not ('\n' or '\r' or '\0'))])),
        Gen.OneOfConst("", " ", "$HOME", "${HOME:-x}", "\\", "\\\\", "\"", "a\\\"", "日本 😀", "# not a comment", "<<EOF", "a=b"))
        .Select(WithoutHalfCharacters);

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("$HOME", "\"\\$HOME\"")]
    [InlineData("say \"hi\"", "\"say \\\"hi\\\"\"")]
    [InlineData("C:\\x", "\"C:\\\\x\"")]
    public void IsInDoubleQuotes(string value, string quoted) => Assert.Equal(quoted, Quote.Word(value));

    [Fact]
    public void IsReadBackAsItWas() => Line.Sample(value => DockerfileReader.Word(Quote.Word(value)) == value);

    [Fact]
    public void IsOneWord() => Gen.Select(Line, Line).Sample((a, b) => DockerfileReader.Words($"{Quote.Word(a)} {Quote.Word(b)}").Count == 2);

    [Fact]
    public void OfAVariableIsReadBackAsItWas() => Line.Sample(value => DockerfileReader.Pair($"NAME={Quote.Word(value)}") == ("NAME", value));

    [Fact]
    public void OfALabelIsReadBackAsItWas() =>
        Gen.Select(Line.Where(key => key.Length > 0 && !key.Any(c => char.IsControl(c) || c is '"' or '=')), Line).Sample((key, value) =>
            DockerfileReader.Pair($"{Quote.Word(key)}={Quote.Word(value)}") == (key, value));

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\r")]
    [InlineData("\0")]
    public void CannotHaveALineBreak(string value)
    {
        Assert.True(Quote.HasLineBreak(value));
        Assert.Throws<ArgumentException>(() => Quote.Word(value));
    }

    private static string WithoutHalfCharacters(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}

public sealed class AnExecForm
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Char["\"'\\$\n\t\u0001 a/[],"].Array[0, 10].Select(chars => new string(chars)),
        Gen.String.Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void OfNothingIsAnEmptyArray() => Assert.Equal("[]", Quote.Exec([]));

    [Fact]
    public void KeepsVariablesAsTheyAre() => Assert.Equal("[\"echo\", \"$HOME\", \"é\"]", Quote.Exec(["echo", "$HOME", "é"]));

    [Fact]
    public void IsReadBackAsItWas() => Text.Array[0, 4].Sample(words => DockerfileReader.Json(Quote.Exec(words)).SequenceEqual(words));

    [Fact]
    public void IsOneLine() => Text.Array[0, 4].Sample(words => !Quote.HasLineBreak(Quote.Exec(words)));
}

public sealed class PathsOfACopy
{
    [Fact]
    public void AreReadBackAsTheyWere() =>
        Gen.Char["\"'\\$ abc/{}é"].Array[1, 12].Select(chars => new string(chars)).Array[2, 3].Sample(paths =>
            DockerfileReader.Json(Quote.Paths(paths)).Select(DockerfileReader.Word).SequenceEqual(paths));
}

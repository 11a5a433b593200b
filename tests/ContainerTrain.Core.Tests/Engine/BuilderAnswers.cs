using System.Text;
using ContainerTrain.Engine;
using CsCheck;

namespace ContainerTrain.Tests;

public sealed class ATraceOfBuildKit
{
    [Fact]
    public void ShowsStepsOfTheDockerfileAsTheyBegin() => Assert.Equal(
        ["[system 1/2] FROM debian", "[app 1/1] COPY app/ /app/"],
        Texts(
            Proto.Step("[system 1/2] FROM debian", started: true),
            Proto.Step("[internal] load build context", started: true),
            Proto.Step("exporting to image", started: true),
            Proto.Step("[app 1/1] COPY app/ /app/", started: true),
            Proto.Step("[app 1/1] COPY app/ /app/", started: true, completed: true),
            Proto.Step("[natives 1/1] COPY x /x")));

    [Fact]
    public void ShowsWhatAStepPrints() => Assert.Equal(["  Reading lists...", "  Done", "  é"], Texts(Proto.Log("Reading lists...\r\nDone\n"), Proto.Log("é")));

    [Fact]
    public void ShowsWhyAStepFailed()
    {
        var failed = Assert.Single(BuildKitTrace.Read(Proto.Step("[system 2/2] RUN false", started: true, completed: true, error: "exit code: 1")));
        Assert.Equal(("[system 2/2] RUN false: exit code: 1", true), (failed.Text, failed.IsError));
    }

    [Fact]
    public void MayHaveFieldsOfOtherKinds() =>
        Assert.Equal(["[a] b"], Texts(Proto.Number(9, 1UL << 60), Proto.Fixed64(10), Proto.Fixed32(11), Proto.Field(2, "status"), Proto.Step("[a] b", started: true)));

    [Fact]
    public void ThatIsDamagedNeverThrows() => Gen.Byte.Array[0, 64].Sample(bytes => { _ = BuildKitTrace.Read(bytes).ToList(); });

    [Fact]
    public void ThatIsCutOffNeverThrows()
    {
        var whole = Proto.Message(Proto.Step("[a] b", started: true), Proto.Log("printed"), Proto.Fixed64(4), Proto.Step("[c] d", error: "e"));
        for (var length = 0; length < whole.Length; length++)
            _ = BuildKitTrace.Read(whole[..length]).ToList();
    }

    private static IEnumerable<string> Texts(params byte[][] messages) => BuildKitTrace.Read(Proto.Message(messages)).Select(e => e.Text);
}

public sealed class TheAnswerToABuild
{
    private const string Id = "sha256:2b6efd5fdc980184f01af94d15bb42350025a36bd2e3272c7f5fd4bbb36c19e3";

    [Fact]
    public async Task OfTheClassicBuilderHasTheId()
    {
        var (result, lines) = await ReadAsync($$$"""
            {"stream":"Step 1/2 : FROM scratch AS app"}
            {"stream":"\n"}
            {"stream":" ---\u003e Running in 0123\n"}
            {"aux":{"ID":"{{{Id}}}"}}
            {"stream":"Successfully built 2b6efd5fdc98\n"}
            """);
        Assert.Equal(new BuildStreamResult(Id, null), result);
        Assert.Equal(["Step 1/2 : FROM scratch AS app", " ---> Running in 0123", "Successfully built 2b6efd5fdc98"], lines);
    }

    [Fact]
    public async Task OfBuildKitHasTheIdAndTheTrace()
    {
        var trace = Convert.ToBase64String(Proto.Message(Proto.Step("[app 1/1] COPY app/ /app/", started: true), Proto.Log("hello")));
        var (result, lines) = await ReadAsync($$$"""
            {"id":"moby.buildkit.trace","aux":"{{{trace}}}"}
            {"id":"moby.image.id","aux":{"ID":"{{{Id}}}"}}
            """);
        Assert.Equal(new BuildStreamResult(Id, null), result);
        Assert.Equal(["[app 1/1] COPY app/ /app/", "  hello"], lines);
    }

    [Fact]
    public async Task OfPodmanHasTheId() =>
        Assert.Equal(Id, (await ReadAsync($$$"""{"stream":"STEP 1/1: FROM scratch\n"}{"aux":{"ID":"{{{Id}}}"}}{"stream":"COMMIT x\n"}""")).Result.ImageId);

    [Fact]
    public async Task HasTheErrorWithTheLinesBeforeIt()
    {
        var (result, _) = await ReadAsync("""
            {"stream":"E: Unable to locate package crul\n"}
            {"errorDetail":{"code":100,"message":"The command returned a non-zero code: 100\n"},"error":"The command returned a non-zero code: 100"}
            """);
        Assert.Null(result.ImageId);
        Assert.Equal("The command returned a non-zero code: 100\nE: Unable to locate package crul", result.Error);
    }

    [Fact]
    public async Task HasTheLastTenLinesWithTheError()
    {
        var (result, lines) = await ReadAsync(string.Concat(Enumerable.Range(1, 15).Select(i => $$$"""{"stream":"line {{{i}}}\n"}""")) + """{"error":"oops"}""");
        Assert.Equal(15, lines.Count);
        Assert.Equal("oops\n" + string.Join('\n', Enumerable.Range(6, 10).Select(i => $"line {i}")), result.Error);
    }

    [Theory]
    [InlineData("""{"error":"oops"}""", "oops")]
    [InlineData("""{"errorDetail":{"message":"oops"}}""", "oops")]
    [InlineData("""{"errorDetail":{},"error":"oops"}""", "oops")]
    [InlineData("""{"errorDetail":null,"error":"oops"}""", "oops")]
    [InlineData("""{"errorDetail":"oops"}{"error":"oops"}""", "oops")]
    [InlineData("""{"error":"first"}{"errorDetail":{"message":"second"}}""", "second")]
    public async Task HasTheErrorHoweverItIsTold(string answer, string error) => Assert.Equal(error, (await ReadAsync(answer)).Result.Error);

    [Theory]
    [InlineData("""{"id":"moby.image.id","aux":{"Other":1}}""")]
    [InlineData("""{"id":"moby.buildkit.trace","aux":"no base64!"}""")]
    [InlineData("""{"id":"moby.buildkit.trace","aux":7}""")]
    [InlineData("""{"id":7,"aux":"AA=="}""")]
    [InlineData("""{"aux":null}""")]
    [InlineData("""{"aux":{"ID":7}}""")]
    [InlineData("""{"stream":7}""")]
    [InlineData("""{"stream":null}""")]
    [InlineData("""7 "x" null [] {}""")]
    [InlineData("")]
    public async Task MayHaveWhatNobodyKnows(string answer) => Assert.Equal(new BuildStreamResult(null, null), (await ReadAsync(answer)).Result);

    [Theory]
    [InlineData("<html>Bad gateway</html>")]
    [InlineData("""{"stream":"half a""")]
    public async Task ThatIsNoJsonIsAnError(string answer) =>
        Assert.StartsWith("the engine's answer cannot be read: ", (await ReadAsync(answer)).Result.Error, StringComparison.Ordinal);

    private static async Task<(BuildStreamResult Result, List<string> Lines)> ReadAsync(string answer)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(answer));
        var lines = new Reports<string>();
        return (await BuildStream.ReadAsync(stream, lines, TestContext.Current.CancellationToken), lines);
    }
}

public sealed class TheWordsOfAnEngine
{
    [Theory]
    [InlineData("""{"message":"no such image"}""", "no such image")]
    [InlineData("""{"message":null}""", """{"message":null}""")]
    [InlineData("""{"message":7}""", """{"message":7}""")]
    [InlineData("""{"cause":"x"}""", """{"cause":"x"}""")]
    [InlineData("[]", "[]")]
    [InlineData("page not found\n", "page not found")]
    [InlineData("", "")]
    public void AreTheMessageOrTheBody(string body, string words) => Assert.Equal(words, EngineMessage.Of(body));
}

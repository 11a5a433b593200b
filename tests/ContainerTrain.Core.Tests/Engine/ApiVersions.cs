using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class TheVersionOfTheApi
{
    [Theory]
    [InlineData("1.41", "1.12", "1.41")] // Engine 20.10
    [InlineData("1.41", "1.24", "1.41")] // Podman 4 and 5
    [InlineData("1.45", "1.24", "1.45")] // Engine 26.1
    [InlineData("1.51", "1.24", "1.51")] // Engine 28.5
    [InlineData("1.54", "1.44", "1.51")] // newer than this SDK
    [InlineData("1.100", "1.51", "1.51")]
    [InlineData("1.54", "", "1.51")]
    public void IsTheNewestThatBothSpeak(string newest, string oldest, string expected) =>
        Assert.Equal(expected, EngineApi.Negotiate(Engine(newest, oldest), "here").ToString());

    [Theory]
    [InlineData("1.40")]
    [InlineData("1.9")]
    public void OfAnEngineThatIsTooOldIsCT3040(string newest) =>
        Fails("CT3040", $"Docker 9 at here speaks its API up to version {newest}, and 1.41 or newer is needed.", newest, "1.0");

    [Fact]
    public void OfAnEngineThatIsTooNewIsCT3041() =>
        Fails("CT3041", "Docker 9 at here speaks its API from version 1.52 on, and this SDK up to 1.51.", "1.60", "1.52");

    [Theory]
    [InlineData("")]
    [InlineData("new")]
    public void OfWhatIsNoEngineIsNone(string newest) =>
        Assert.Throws<IOException>(() => EngineApi.Negotiate(Engine(newest, ""), "here"));

    [Fact]
    public void IsReadFromWhatTheEngineSays()
    {
        var version = EngineVersion.Read(Encoding.UTF8.GetBytes("""
            {"Version":"5.4.2","ApiVersion":"1.41","MinAPIVersion":"1.24","Os":"linux","Arch":"arm64","Components":[{"Name":"Podman Engine","Version":"5.4.2"}]}
            """));
        Assert.Equal(new EngineVersion(EngineKind.Podman, "5.4.2", "1.41", "linux/arm64") { MinApiVersion = "1.24" }, version);
        Assert.Equal("", EngineVersion.Read("{\"MinAPIVersion\":7}"u8.ToArray()).MinApiVersion);
    }

    private static void Fails(string code, string message, string newest, string oldest)
    {
        var problem = Assert.Single(Assert.Throws<ProblemException>(() => EngineApi.Negotiate(Engine(newest, oldest), "here")).Problems);
        Assert.Equal((code, message), (problem.Code.Id, problem.Message));
    }

    private static EngineVersion Engine(string newest, string oldest) => new(EngineKind.Docker, "9", newest, "linux/amd64") { MinApiVersion = oldest };
}

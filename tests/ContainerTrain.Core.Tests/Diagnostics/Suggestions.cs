using ContainerTrain.Diagnostics;
using CsCheck;

namespace ContainerTrain.Tests;

public sealed class ASuggestion
{
    private static readonly string[] Engines = ["auto", "docker", "podman", "process"];

    private static readonly string[] Limits = ["TrainCpus", "TrainGpus", "TrainApus", "Gpus", "Apus", "y"];

    [Theory]
    [InlineData("dcoker", "docker")]
    [InlineData("Docker ", "docker")]
    [InlineData("PODMAN", "podman")]
    [InlineData("proces", "process")]
    [InlineData("atuo", "auto")]
    public void IsTheNearestName(string value, string nearest)
    {
        Assert.Equal(nearest, Suggestion.For(value, Engines));
        Assert.Equal($" Did you mean '{nearest}'?", Suggestion.Sentence(value, Engines));
    }

    [Theory]
    [InlineData("kubernetes")]
    [InlineData("")]
    [InlineData("xy")]
    public void IsNotMadeWhereNothingIsNear(string value)
    {
        Assert.Null(Suggestion.For(value, Engines));
        Assert.Equal("", Suggestion.Sentence(value, Engines));
    }

    [Fact]
    public void CountsASwapOfNeighboursAsOneMistake() => Assert.Equal("ab", Suggestion.For("ba", ["ab", "xyz"]));

    [Fact]
    public void DoesNotDependOnTheOrderOfTheNames() => Gen.Select(Gen.OneOfConst("TrainXpus", "TrainGpu", "Cpus", "x"), Gen.Shuffle(Limits)).Sample((value, names) =>
        Suggestion.For(value, names) == Suggestion.For(value, Limits));

    [Fact]
    public void OfAKnownNameIsItself() => Gen.OneOfConst(Engines).Sample(name => Suggestion.For(name, Engines) == name);
}

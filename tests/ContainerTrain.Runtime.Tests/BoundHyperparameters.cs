using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;

namespace ContainerTrain.Runtime.Tests;

public sealed class BoundHyperparameters : IDisposable
{
    private readonly TestFolder _folder = new();

    public enum Loss
    {
        SquaredError,
        Huber,
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void BecomeAPositionalRecord()
    {
        var knobs = FromFile("""{ "epochs": "12", "learning-rate": "1e-3", "LOSS": "Huber", "features": "a, b", "layers": "64,64", "rows": "9999999999", "shuffle": "false", "depth": "3" }""")
            .Bind<Positional>();

        Assert.Equal((12, 0.001, Loss.Huber, 9999999999, false, 3), (knobs.Epochs, knobs.LearningRate, knobs.Loss, knobs.Rows, knobs.Shuffle, knobs.Depth));
        Assert.Equal(["a", "b"], knobs.Features!);
        Assert.Equal([64, 64], knobs.Layers!);
    }

    [Fact]
    public void BecomeARecordWithInitProperties()
    {
        var knobs = FromFile("""{ "epochs": "12", "loss": "squared_error", "layers": "1,2" }""").Bind<WithProperties>();

        Assert.Equal((12, 0.5, Loss.SquaredError, "sgd"), (knobs.Epochs, knobs.LearningRate, knobs.Loss, knobs.Optimizer));
        Assert.Equal([1, 2], knobs.Layers);
    }

    [Fact]
    public void KeepTheRecordsDefaults()
    {
        var positional = FromFile("""{ "epochs": "1" }""").Bind<Positional>();
        var properties = FromFile("""{ "epochs": "1" }""").Bind<WithProperties>();

        Assert.Equal(new Positional(1), positional);
        Assert.Equal(Loss.Huber, properties.Loss);
        Assert.Equal([8], properties.Layers);
    }

    [Fact]
    public void AreRefusedWithEveryProblemAtOnce()
    {
        var problems = Problems.Of(() => FromFile(
            """
            { "learning_rate": "0", "loss": "mse", "layers": "64,0", "rows": "1.5", "shuffle": "yes", "depth": "1e3", "learningrat": "1" }
            """).Bind<Positional>());

        Assert.Equal(
            [
                "CT4106 Hyperparameter 'epochs' is required and not given; it must be a whole number, 1 or more. Set it with <TrainHyperparameter Include=\"epochs\" Value=\"…\" />.",
                "CT4106 Hyperparameter 'learning_rate' is '0'; it must be a number above 0 and 1 or less. Set it with <TrainHyperparameter Include=\"learning_rate\" Value=\"0.1\" />.",
                "CT4106 Hyperparameter 'loss' is 'mse'; it must be one of 'squared_error', 'huber'. Set it with <TrainHyperparameter Include=\"loss\" Value=\"squared_error\" />.",
                "CT4106 Hyperparameter 'layers' is '64,0'; it must be a list with commas, each element a whole number from 1 to 4096.",
                "CT4106 Hyperparameter 'rows' is '1.5'; it must be a whole number. Set it with <TrainHyperparameter Include=\"rows\" Value=\"5\" />.",
                "CT4106 Hyperparameter 'shuffle' is 'yes'; it must be true or false. Set it with <TrainHyperparameter Include=\"shuffle\" Value=\"true\" />.",
                "CT4106 Hyperparameter 'depth' is '1e3'; it must be a whole number.",
                "CT4106 Hyperparameter 'learningrat' (value '1') is unknown. Did you mean 'learning_rate'? This program reads 'depth', 'epochs', 'features', 'layers', 'learning_rate', 'loss', 'rows', 'seed', 'shuffle'.",
            ],
            problems.Select(problem => $"{problem.Code} {problem.Message}"));
    }

    [Theory]
    [InlineData("optimizer", "rmsprop", "it must be one of 'sgd', 'adam'. Set it with <TrainHyperparameter Include=\"optimizer\" Value=\"sgd\" />.")]
    [InlineData("layers", "", "it must be a list with commas, each element a whole number, at least 1 long. Set it with <TrainHyperparameter Include=\"layers\" Value=\"8\" />.")]
    [InlineData("learning_rate", "1.4", "it must be a number from 0 to 1. Set it with <TrainHyperparameter Include=\"learning_rate\" Value=\"0.5\" />.")]
    [InlineData("epochs", "-1", "it must be a whole number, 0 or more.")]
    [InlineData("loss", "1", "it must be one of 'squared_error', 'huber'. Set it with <TrainHyperparameter Include=\"loss\" Value=\"huber\" />.")]
    [InlineData("name", "", "it must be text, not empty. Set it with <TrainHyperparameter Include=\"name\" Value=\"x\" />.")]
    public void AreRefusedByTheRecordsRules(string name, string value, string expected)
    {
        var epochs = name == "epochs" ? "" : ""","epochs": "1" """;
        var problem = Assert.Single(Problems.Of(() => FromFile($$"""{ "{{name}}": "{{value}}" {{epochs}} }""").Bind<WithProperties>()));

        Assert.Equal($"Hyperparameter '{name}' is '{value}'; {expected}", problem.Message);
    }

    /// <summary>A column named twice would be two features with half of the coefficient each.</summary>
    [Fact]
    public void AreRefusedWhereAListRepeatsAName()
    {
        var problem = Assert.Single(Problems.Of(() => FromFile("""{ "epochs": "1", "features": "a, b,a" }""").Bind<Positional>()));

        Assert.Equal("CT4106 Hyperparameter 'features' is 'a, b,a'; it must be a list without a repeated name.", $"{problem.Code} {problem.Message}");
    }

    [Fact]
    public void ShareTheirNamesWithEarlierReads()
    {
        var given = FromFile("""{ "epochs": "1", "data": "x.csv" }""");

        Assert.Equal("x.csv", given.Get("data", ""));
        Assert.Equal(1, given.Bind<Positional>().Epochs);
    }

    [Fact]
    public void NeedTypesThatTextCanBe()
    {
        Assert.Throws<ArgumentException>(() => FromFile("{}").Bind<NotText>());
        Assert.Throws<ArgumentException>(() => FromFile("{}").Bind<SameName>());
    }

    private Hyperparameters FromFile(string json) =>
        RunSettings.Read(_folder.Environment(("TRAIN_HP_FILE", _folder.Write("hp.json", json)))).Hyperparameters;

    private sealed record Positional(
        [Range(1, int.MaxValue)] int Epochs,
        [property: Range(0, 1.0, MinimumIsExclusive = true)] double LearningRate = 0.1,
        Loss Loss = Loss.SquaredError,
        IReadOnlyList<string>? Features = null,
        [Range(1, 4096)] int[]? Layers = null,
        long Rows = 5,
        bool Shuffle = true,
        int? Depth = null);

    private sealed record WithProperties
    {
        [Range(0, int.MaxValue)]
        public required int Epochs { get; init; }

        [Range(0, 1)]
        public double LearningRate { get; init; } = 0.5;

        public Loss Loss { get; init; } = Loss.Huber;

        [AllowedValues("sgd", "adam")]
        public string Optimizer { get; init; } = "sgd";

        [MinLength(1)]
        public ImmutableArray<int> Layers { get; init; } = [8];

        [Required]
        public string Name { get; init; } = "x";

        public double Twice => 2 * LearningRate;
    }

    private sealed record NotText(DateTime When);

    private sealed record SameName(int LearningRate = 1, int Learning_Rate = 2);
}

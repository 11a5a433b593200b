namespace ContainerTrain.Runtime.Tests;

public sealed class HyperparameterReads : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TakeTypedValuesFromTheFile()
    {
        var read = FromFile("""{ "epochs": "12", "learning-rate": "1e-3", "shuffle": "True", "loss": "mse", "features": " a, b ,,c" }""");

        Assert.Equal(12, read.Get("epochs", 5000, min: 1));
        Assert.Equal(0.001, read.Get("learning_rate", 0.1, above: 0));
        Assert.True(read.Get("shuffle", false));
        Assert.Equal("mse", read.Get("loss", "mae", "mse", "mae"));
        Assert.Equal(["a", "b", "c"], read.GetList("features"));
        read.ThrowIfInvalid();
    }

    [Fact]
    public void TakeVariablesWhereThereIsNoFile()
    {
        var read = Read(("TRAIN_HP_FILE", _folder.Path("absent.json")), ("TRAIN_HP_LEARNING_RATE", "0.5"), ("TRAIN_SEED", "1"));

        Assert.Equal(0.5, read.Get("learning_rate", 0.1));
        Assert.Equal(["learning_rate"], read.Given.Keys);
        read.ThrowIfInvalid();
    }

    [Fact]
    public void PreferTheFileToVariables()
    {
        var file = _folder.Write("hp.json", """{ "epochs": "1" }""");
        var read = Read(("TRAIN_HP_FILE", file), ("TRAIN_HP_EPOCHS", "2"), ("TRAIN_HP_OTHER", "3"));

        Assert.Equal(1, read.Get("epochs", 0));
        read.ThrowIfInvalid();
    }

    [Fact]
    public void GiveTheDefaultForWhatIsAbsent()
    {
        var read = Read();

        Assert.Equal(5, read.Get("a", 5));
        Assert.Equal(0.5, read.Get("b", 0.5));
        Assert.True(read.Get("c", true));
        Assert.Equal("x", read.Get("d", "x"));
        Assert.Empty(read.GetList("e"));
        read.ThrowIfInvalid();
    }

    [Fact]
    public void ReportEveryWrongValueAndUnknownNameAtOnce()
    {
        var read = FromFile("""
            { "epochs": "0", "learning_rate": "0", "share": "1", "shuffle": "yes", "loss": "huber", "features": "a,a", "size": "1e400", "learningrate": "3" }
            """);

        Assert.Equal(5000, read.Get("epochs", 5000, min: 1));
        Assert.Equal(0.1, read.Get("learning_rate", 0.1, above: 0));
        Assert.Equal(0.2, read.Get("share", 0.2, min: 0, below: 1));
        Assert.False(read.Get("shuffle", false));
        Assert.Equal("mae", read.Get("loss", "mae", "mse", "mae"));
        read.GetList("features");
        read.Get("size", 1.0);

        var messages = Problems.Of(read.ThrowIfInvalid).Select(problem => $"{problem.Code} {problem.Message}").ToArray();
        Assert.Equal(
            [
                "CT4106 Hyperparameter 'epochs' is '0'; it must be a whole number, 1 or more. Set it with <TrainHyperparameter Include=\"epochs\" Value=\"5000\" />.",
                "CT4106 Hyperparameter 'learning_rate' is '0'; it must be a number above 0. Set it with <TrainHyperparameter Include=\"learning_rate\" Value=\"0.1\" />.",
                "CT4106 Hyperparameter 'share' is '1'; it must be a number 0 or more and below 1. Set it with <TrainHyperparameter Include=\"share\" Value=\"0.2\" />.",
                "CT4106 Hyperparameter 'shuffle' is 'yes'; it must be true or false. Set it with <TrainHyperparameter Include=\"shuffle\" Value=\"false\" />.",
                "CT4106 Hyperparameter 'loss' is 'huber'; it must be one of 'mse', 'mae'. Set it with <TrainHyperparameter Include=\"loss\" Value=\"mae\" />.",
                "CT4106 Hyperparameter 'features' is 'a,a'; it must be a list without a repeated name.",
                "CT4106 Hyperparameter 'size' is '1e400'; it must be a number such as 0.5 or 1e-3. Set it with <TrainHyperparameter Include=\"size\" Value=\"1\" />.",
                "CT4106 Hyperparameter 'learningrate' (value '3') is unknown. Did you mean 'learning_rate'? This program reads 'epochs', 'features', 'learning_rate', 'loss', 'seed', 'share', 'shuffle', 'size'.",
            ],
            messages);
    }

    [Theory]
    [InlineData("12.0")]
    [InlineData("1,000")]
    [InlineData("99999999999")]
    [InlineData("NaN")]
    [InlineData("")]
    public void RefuseWhatIsNotAWholeNumber(string text)
    {
        var read = FromFile($$"""{ "epochs": "{{text}}" }""");

        Assert.Equal(3, read.Get("epochs", 3));
        Assert.Equal("CT4106", Assert.Single(Problems.Of(read.ThrowIfInvalid)).Code);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("0,5")]
    [InlineData("fast")]
    public void RefuseWhatIsNotAFiniteNumber(string text)
    {
        var read = FromFile($$"""{ "rate": "{{text}}" }""");

        Assert.Equal(0.1, read.Get("rate", 0.1));
        Assert.Equal("CT4106", Assert.Single(Problems.Of(read.ThrowIfInvalid)).Code);
    }

    [Theory]
    [InlineData("[1]", "not a flat JSON object")]
    [InlineData("{ \"a\": ", "not a flat JSON object")]
    [InlineData("{ \"a\": { \"b\": \"c\" } }", "must be one string")]
    [InlineData("{ \"a-b\": \"1\", \"A_B\": \"2\" }", "given twice")]
    public void RefuseAFileThatIsNotAFlatObject(string json, string expected)
    {
        var problem = Assert.Single(Problems.Of(() => FromFile(json)));

        Assert.Equal("CT4106", problem.Code);
        Assert.Equal(_folder.Path("hp.json"), problem.File);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    private Hyperparameters FromFile(string json) => Read(("TRAIN_HP_FILE", _folder.Write("hp.json", json)));

    private Hyperparameters Read(params (string, string)[] variables) => RunSettings.Read(_folder.Environment(variables)).Hyperparameters;
}

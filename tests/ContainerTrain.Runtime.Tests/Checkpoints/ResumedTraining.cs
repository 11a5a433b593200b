using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContainerTrain.Runtime.Tests;

/// <summary>A small network on minibatches in random order, trained in one go and in two.</summary>
public sealed class ResumedTraining : NeedsTorch, IDisposable
{
    private const int Epochs = 6;

    private readonly TestFolder _folder = new();

    public static TheoryData<string, string> Optimizers { get; } = new(
        from name in new[] { "SGD", "SGD with momentum", "Adam", "Adam with AMSGrad", "AdamW", "RMSProp", "RMSProp with momentum", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop" }
        from dtype in new[] { "float32", "float64" }
        select (name, dtype));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Optimizers))]
    public async Task HasTheSameBitsAsOneWithoutAStop(string optimizer, string dtype)
    {
        var whole = await Train("whole", optimizer, dtype, stopAfter: Epochs);
        await Train("first", optimizer, dtype, stopAfter: 2);
        var second = await Train("second", optimizer, dtype, stopAfter: Epochs, resumeFrom: "first");

        Assert.NotEqual(whole, await Train("other", optimizer, dtype, stopAfter: Epochs, seed: "43"));
        Assert.Equal(whole, second);
    }

    [Theory]
    [InlineData("StepLR")]
    [InlineData("MultiStepLR")]
    [InlineData("ExponentialLR")]
    [InlineData("LambdaLR")]
    [InlineData("CosineAnnealingLR")]
    [InlineData("OneCycleLR")]
    public async Task HasTheLearningRatesOfASchedulerSteppedWithTheEpoch(string scheduler)
    {
        var whole = await Rates("whole", scheduler, Epochs);
        var first = await Rates("first", scheduler, 3);
        var second = await Rates("second", scheduler, Epochs, "first");

        Assert.True(whole.Distinct().Count() > 1);
        Assert.Equal(whole, [.. first, .. second]);
    }

    private async Task<List<double>> Rates(string name, string scheduler, int stopAfter, string? resumeFrom = null)
    {
        var rates = new List<double>();
        using var errors = new StringWriter();
        var exitCode = await TrainingProgram.RunAsync(
            run =>
            {
                using var model = nn.Linear(2, 1);
                using var steps = optim.SGD(model.parameters(), 0.1, momentum: 0.9);
                var schedule = Scheduler(scheduler, steps);
                run.Checkpoints.Track("optimizer", steps);
                foreach (var epoch in run.Epochs(Epochs))
                {
                    rates.Add(steps.ParamGroups.First().LearningRate);
                    schedule.step(epoch.Number);
                    if (epoch.Number == stopAfter)
                    {
                        run.RequestStop();
                    }
                }

                return Task.CompletedTask;
            },
            Variables(name, resumeFrom, "42"), new TorchAccelerator(), errors);
        Assert.Equal((stopAfter == Epochs ? 0 : 75, ""), (exitCode, errors.ToString()));
        return rates;
    }

    private static optim.lr_scheduler.LRScheduler Scheduler(string name, optim.Optimizer optimizer) => name switch
    {
        "StepLR" => optim.lr_scheduler.StepLR(optimizer, 2),
        "MultiStepLR" => optim.lr_scheduler.MultiStepLR(optimizer, [2, 4]),
        "ExponentialLR" => optim.lr_scheduler.ExponentialLR(optimizer, 0.5),
        "LambdaLR" => optim.lr_scheduler.LambdaLR(optimizer, epoch => 1.0 / (1 + epoch)),
        "CosineAnnealingLR" => optim.lr_scheduler.CosineAnnealingLR(optimizer, Epochs),
        "OneCycleLR" => optim.lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps: Epochs + 2),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    [Theory]
    [InlineData("Adam", "float64", 8, "its 'model' has 0.weight float32[8, 4], here it is 0.weight float64[8, 4]")]
    [InlineData("Adam", "float32", 9, "its 'model' has 0.weight float32[8, 4], here it is 0.weight float32[9, 4]")]
    [InlineData("SGD", "float32", 8, "its 'optimizer' is of kind Adam, here it is SGD")]
    public async Task RefusesTheCheckpointOfAnotherModel(string optimizer, string dtype, int hidden, string expected)
    {
        await Train("first", "Adam", "float32", stopAfter: 2);
        using var errors = new StringWriter();

        Assert.Equal(65, await Run("second", optimizer, dtype, 3, "first", "42", errors, hidden));
        Assert.Contains("error CT4123: ", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains(expected, errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void LeavesNoTensorsBehind()
    {
        using var model = nn.Linear(3, 2);
        using var optimizer = optim.Adam(model.parameters());
        using var view = ones(3, 3).t();
        var settings = RunSettings.Read(_folder.Environment());
        var checkpoints = new RunCheckpoints(settings, new TorchRandom(), TimeProvider.System, _ => { });
        checkpoints.Track("model", model);
        checkpoints.Track("optimizer", optimizer);
        checkpoints.Track("view", view);
        checkpoints.Save(0, new Dictionary<string, double>());
        // What other tests left to the collector must not go while this one counts.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        for (var epoch = 1; epoch < 10; epoch++)
        {
            checkpoints.Save(epoch, new Dictionary<string, double>());
        }

        var resumed = new RunCheckpoints(settings with { ResumeFrom = settings.CheckpointDirectory }, new TorchRandom(), TimeProvider.System, _ => { });
        resumed.Track("model", model);
        resumed.Track("optimizer", optimizer);
        resumed.Track("view", view);
        Assert.Equal(9, resumed.Begin());
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void RestoresAViewInPlace()
    {
        using var scope = NewDisposeScope();
        var settings = RunSettings.Read(_folder.Environment());
        var whole = arange(6, dtype: float64).reshape(2, 3);
        var first = new RunCheckpoints(settings, new TorchRandom(), TimeProvider.System, _ => { });
        first.Track("view", whole.t());
        first.Save(1, new Dictionary<string, double>());
        var other = zeros(2, 3, dtype: float64);
        var second = new RunCheckpoints(settings with { ResumeFrom = settings.CheckpointDirectory }, new TorchRandom(), TimeProvider.System, _ => { });
        second.Track("view", other.t());
        second.Begin();

        Assert.True(other.equal(whole).all().ToBoolean());
    }

    [Fact]
    public void GivesAnEpochTheSameNumbersOfDotnet()
    {
        var epoch = new Epoch(3, 5) { Seed = 42 };

        Assert.Equal(epoch.NewRandom().NextInt64(), epoch.NewRandom().NextInt64());
        Assert.NotEqual(epoch.NewRandom().NextInt64(), (epoch with { Number = 4 }).NewRandom().NextInt64());
        Assert.NotEqual(epoch.NewRandom().NextInt64(), new Epoch(3, 5) { Seed = 43 }.NewRandom().NextInt64());
    }

    private async Task<byte[]> Train(string name, string optimizer, string dtype, int stopAfter, string? resumeFrom = null, string seed = "42")
    {
        using var errors = new StringWriter();
        var exitCode = await Run(name, optimizer, dtype, stopAfter, resumeFrom, seed, errors);
        Assert.Equal((stopAfter == Epochs ? 0 : 75, ""), (exitCode, errors.ToString()));
        return await File.ReadAllBytesAsync(_folder.Path(name + "/model/weights.dat"), TestContext.Current.CancellationToken);
    }

    private Task<int> Run(string name, string optimizer, string dtype, int stopAfter, string? resumeFrom, string seed, TextWriter errors, int hidden = 8) =>
        TrainingProgram.RunAsync(
            run =>
            {
                var type = dtype == "float64" ? float64 : float32;
                using var scope = NewDisposeScope();
                var x = randn(64, 4, dtype: type);
                var y = x.square().sum(1, keepdim: true);
                using var model = nn.Sequential(nn.Linear(4, hidden, dtype: type), nn.Tanh(), nn.Dropout(0.2), nn.Linear(hidden, 1, dtype: type));
                using var steps = Optimizer(optimizer, model);
                run.Checkpoints.Track("model", model);
                run.Checkpoints.Track("optimizer", steps);
                foreach (var epoch in run.Epochs(Epochs))
                {
                    using var inner = NewDisposeScope();
                    foreach (var batch in randperm(64).split(16))
                    {
                        steps.zero_grad();
                        nn.functional.mse_loss(model.forward(x.index_select(0, batch)), y.index_select(0, batch)).backward();
                        steps.step();
                    }

                    if (epoch.Number == stopAfter)
                    {
                        run.RequestStop();
                    }
                }

                model.save(Path.Combine(run.ModelDirectory, "weights.dat"));
                return Task.CompletedTask;
            },
            Variables(name, resumeFrom, seed), new TorchAccelerator(), errors);

    private Dictionary<string, string> Variables(string name, string? resumeFrom, string seed) => new()
    {
        ["TRAIN_OUTPUT_DIR"] = _folder.Path(name),
        ["TRAIN_SEED"] = seed,
        ["TRAIN_RESUME_FROM"] = resumeFrom is null ? "" : _folder.Path(resumeFrom + "/checkpoints"),
    };

    private static optim.Optimizer Optimizer(string name, nn.Module model) => name switch
    {
        "SGD" => optim.SGD(model.parameters(), 0.01),
        "SGD with momentum" => optim.SGD(model.parameters(), 0.01, momentum: 0.9),
        "Adam" => optim.Adam(model.parameters(), 0.01),
        "Adam with AMSGrad" => optim.Adam(model.parameters(), 0.01, amsgrad: true),
        "AdamW" => optim.AdamW(model.parameters(), 0.01),
        "RMSProp" => optim.RMSProp(model.parameters(), 0.01),
        "RMSProp with momentum" => optim.RMSProp(model.parameters(), 0.01, momentum: 0.9, centered: true),
        "Adagrad" => optim.Adagrad(model.parameters(), 0.01),
        "Adadelta" => optim.Adadelta(model.parameters(), 0.01),
        "Adamax" => optim.Adamax(model.parameters(), 0.01),
        "NAdam" => optim.NAdam(model.parameters(), 0.01),
        "RAdam" => optim.RAdam(model.parameters(), 0.01),
        "ASGD" => optim.ASGD(model.parameters(), 0.01),
        "Rprop" => optim.Rprop(model.parameters(), 0.01),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}

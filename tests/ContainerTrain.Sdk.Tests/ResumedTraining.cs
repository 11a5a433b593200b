using System.Collections.Immutable;
using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary>A network trained with Adam on shuffled minibatches, stopped in the middle and gone on with, through real builds.</summary>
public sealed class ResumedTraining(Packages packages, DockerEngine engine)
{
    private const int Epochs = 40;

    [Fact]
    public async Task HasTheSameWeightsBitByBitAsOneWithoutAStop()
    {
        engine.Require();
        var project = Project(milliseconds: 0);
        (await project.TrainAsync()).Succeeded();
        var whole = await Weights(project.Runs[^1]);

        // Slow epochs, so that the time is over in the middle.
        project = Project(milliseconds: 400);
        var stopped = (await project.TrainAsync("-p:TrainTimeout=6")).FailedWith("CT4003");
        var id = Path.GetFileName(project.Runs[^1]);
        Assert.Contains($"can go on: TrainResume={id}", stopped["CT4003"].Text, StringComparison.Ordinal);
        Assert.Equal(75, Record(project).GetProperty("outcome").GetProperty("exitCode").GetInt32());
        Assert.NotEqual(whole, await Weights(project.Runs[^1]));

        var resumed = (await project.TrainAsync("-p:TrainResume=auto")).Succeeded();
        Assert.Contains($" of run {id}", resumed.Output, StringComparison.Ordinal);
        Assert.Equal(2, project.Runs.Length);
        Assert.Equal(id, Record(project).GetProperty("resumedFrom").GetString());
        Assert.Equal(whole, await Weights(project.Runs[^1]));

        // The training is done: there is nothing to go on from, unless the run is named.
        Assert.Contains("Starting from scratch", (await project.TrainAsync("-p:TrainResume=auto", "-p:TrainTimeout=4")).Output, StringComparison.Ordinal);
        (await project.TrainAsync("-p:TrainResume=20200101-000000-aaaa")).FailedWith("CT1030");
    }

    private TrainProject Project(int milliseconds)
    {
        var project = new TrainProject(packages);
        project.Write("App.csproj", $"""
            <Project Sdk="ContainerTrain.Sdk/{packages.Version}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <TrainCpus>1</TrainCpus>
              </PropertyGroup>
              <ItemGroup>
                <TrainHyperparameter Include="milliseconds" Value="{milliseconds}" />
              </ItemGroup>
            </Project>
            """);
        project.Write("Program.cs", $$"""
            using ContainerTrain.Runtime;
            using TorchSharp;
            using static TorchSharp.torch;

            return TrainingProgram.Run(run =>
            {
                var knobs = run.Hyperparameters.Bind<Knobs>();
                using var scope = NewDisposeScope();
                var x = randn(256, 8);
                var y = x.square().sum(1, keepdim: true);
                using var model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Dropout(0.1), nn.Linear(16, 1));
                using var adam = optim.Adam(model.parameters(), 0.01);
                run.Checkpoints.Track("model", model);
                run.Checkpoints.Track("adam", adam);
                foreach (var epoch in run.Epochs({{Epochs}}))
                {
                    using var inner = NewDisposeScope();
                    foreach (var batch in randperm(256).split(32))
                    {
                        adam.zero_grad();
                        nn.functional.mse_loss(model.forward(x.index_select(0, batch)), y.index_select(0, batch)).backward();
                        adam.step();
                    }

                    Thread.Sleep(knobs.Milliseconds);
                    Console.WriteLine($"done {epoch.Number}");
                }

                model.save(Path.Combine(run.ModelDirectory, "weights.dat"));
            });

            internal sealed record Knobs(int Milliseconds = 0);
            """);
        return project;
    }

    private static async Task<ImmutableArray<byte>> Weights(string run) =>
        [.. await File.ReadAllBytesAsync(Path.Combine(run, "model", "weights.dat"), TestContext.Current.CancellationToken)];

    private static JsonElement Record(TrainProject project) => JsonDocument.Parse(File.ReadAllText(Path.Combine(project.Runs[^1], "run.json"))).RootElement;
}

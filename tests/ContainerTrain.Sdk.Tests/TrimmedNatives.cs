namespace ContainerTrain.Sdk.Tests;

/// <summary>An image without the native libraries that no training loads.</summary>
public sealed class TrimmedNatives(Packages packages, DockerEngine engine)
{
    private const string Program = """
        using TorchSharp;
        using static TorchSharp.torch;

        var output = Environment.GetEnvironmentVariable("TRAIN_OUTPUT_DIR")!;
        random.manual_seed(1);
        nn.Module<Tensor, Tensor> Model() => nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 1));
        var model = Model();
        var optimizer = optim.Adam(model.parameters(), 0.01);
        var (x, y) = (randn(32, 1, 8, 8), randn(32, 1));
        var board = utils.tensorboard.SummaryWriter(output + "/board", createRunName: false);
        var losses = new List<float>();
        for (var step = 0; step < 20; step++)
        {
            optimizer.zero_grad();
            var loss = nn.functional.mse_loss(model.forward(x), y);
            loss.backward();
            optimizer.step();
            losses.Add(loss.ToSingle());
            board.add_scalar("loss", losses[^1], step);
        }
        Console.WriteLine($"trained {losses[^1] < losses[0]}");

        model.save(output + "/model.dat");
        var copy = Model();
        copy.load(output + "/model.dat");
        Console.WriteLine($"checkpoint {copy.forward(x).equal(model.forward(x)).all().ToBoolean()}");

        Console.WriteLine($"board {Directory.EnumerateFiles(output + "/board").Any()}");
        using var unit = jit.compile("def f(a, b):\n    return a.relu() + b\n");
        Console.WriteLine($"jit {((Tensor)unit.invoke("f", tensor(-1f), tensor(2f))).ToSingle()}");
        Console.WriteLine($"linalg {linalg.det(eye(3)).ToSingle()} threads {get_num_threads() > 0}");
        Console.WriteLine($"natives {string.Join(' ', Directory.EnumerateFiles("/app", "*.so*").Select(Path.GetFileName).Order(StringComparer.Ordinal))}");
        """;

    [Fact]
    public async Task TrainsCheckpointsCompilesAndWritesTensorBoard()
    {
        engine.Require();
        var project = new TrainProject(packages);
        project.Write("Program.cs", Program);
        project.Write("App.csproj", $"""
            <Project Sdk="ContainerTrain.Sdk/{packages.Version}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
            </Project>
            """);

        var run = (await project.TrainAsync()).Succeeded();

        foreach (var line in new[] { "trained True", "checkpoint True", "board True", "jit 2", "linalg 1 threads True" })
            Assert.Contains(line, run.Output, StringComparison.Ordinal);
        Assert.Contains("natives libLibTorchSharp.so libc10.so libgomp-98b21ff3.so.1 libtorch.so libtorch_cpu.so", run.Output, StringComparison.Ordinal);
    }
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

/// <summary>A finished run as a test wants it.</summary>
internal static class GivenRun
{
    public static RunRecord Record { get; } = new()
    {
        Id = "20261123-174409-kqzt",
        Project = "Demo.App",
        Outcome = new OutcomeRecord(RunReason.Succeeded, 0, null, null, new DateTimeOffset(2026, 11, 23, 17, 45, 0, TimeSpan.Zero), null),
        Engine = new EngineRecord(EngineKind.Docker, "28.5.2", "1.51", "unix:///var/run/docker.sock"),
        Image = new ImageRecord("sha256:" + new string('1', 64), ["demo.app:latest"], "containertrain/deps:2", "mcr.microsoft.com/dotnet/runtime:10.0-noble", "sha256:3"),
        Git = new GitRecord("0123456789abcdef0123456789abcdef01234567", Dirty: true),
        Host = new HostRecord("host", "Debian GNU/Linux 13 (trixie)", "X64", 2, "10.0.1"),
        Device = "cpu",
        Seed = 42,
        Started = new DateTimeOffset(2026, 11, 23, 17, 44, 9, TimeSpan.Zero),
        Seconds = ImmutableSortedDictionary<string, double>.Empty.Add("train", 51.5).Add("image", 0.25).Add("prepare", 0.5).Add("collect", 0.125),
        Artifacts = [new ArtifactRecord("model/weights.dat", 1_024, new string('0', 64))],
        Metrics = [new MetricRecord("val_rmse", 3.5427, "mpg"), new MetricRecord("train_mse", 11.46, null)],
        Data = [new DataRecord("/train/data/cars.csv", "/src/Demo/data/cars.csv", new string('a', 64))],
        Plan = Given.Plan(Given.Run(run => run with { Hyperparameters = [Given.Item("learning_rate", ("Value", "1e-3")), Given.Item("epochs", ("Value", "300"))] })),
    };

    public const string ProgramReport = """
        {"schema":1,"target":"mpg","targetUnit":"mi/gal",
         "metrics":[{"name":"val_rmse","value":3.5427,"unit":"mpg"}],
         "coefficients":[{"name":"intercept","fitted":-14.5,"exact":-14.0,"unit":"mpg"},{"name":"weight","fitted":-0.0067,"exact":null,"unit":""},{"name":"zero","fitted":1,"exact":0}],
         "predictions":[{"set":"training","rows":1000,"actual":[18,15,null],"predicted":[17.5,15.5,1]},{"set":"validation","rows":1,"actual":[30],"predicted":[28]}],
         "notes":["Stopped before convergence."]}
        """;

    /// <summary>Training and validation error that fall.</summary>
    public static string Curve(int epochs)
    {
        var text = new StringBuilder();
        for (var epoch = 1; epoch <= epochs; epoch++)
            text.Append(CultureInfo.InvariantCulture, $$"""{"time":"2026-11-23T17:44:09Z","epoch":{{epoch}},"train_mse":{{(600 * Math.Exp(-epoch / 20.0)) + 11}},"val_mse":{{(620 * Math.Exp(-epoch / 21.0)) + 12}}}""").Append('\n');
        return text.ToString();
    }
}

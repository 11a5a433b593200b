using System.Text.Json;

namespace ContainerTrain.Runtime.Tests;

public sealed class CheckpointFolders : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly CountingProgram _program;

    public CheckpointFolders() => _program = new CountingProgram(_folder);

    public void Dispose()
    {
        _program.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task KeepTheNewestThree()
    {
        await _program.Train(10, variables: ("TRAIN_CHECKPOINT_EVERY", "2"));

        Assert.Equal([3, 4, 5], Manifests().Keys);
        Assert.Equal([6, 8, 10], Manifests().Values.Select(manifest => manifest.Epoch));
    }

    [Fact]
    public async Task KeepTheBestToo()
    {
        double?[] losses = [9, 1, 8, null, 7, 6];
        await _program.Train(6, (run, epoch) => run.Log("loss", losses[epoch.Number - 1], epoch.Number), run => run.Checkpoints.KeepBest("loss"),
            ("TRAIN_CHECKPOINT_EVERY", "1"), ("TRAIN_CHECKPOINT_KEEP", "2"));

        Assert.Equal([2, 5, 6], Manifests().Values.Select(manifest => manifest.Epoch));
        Assert.Equal(1, Manifests()[2].Metrics["loss"]);
    }

    [Fact]
    public async Task KeepTheBestOfThoseWhoseEpochWasMeasured()
    {
        await _program.Train(
            5,
            (run, epoch) =>
            {
                if (epoch.Number is 2 or 4)
                {
                    run.Log("loss", epoch.Number, epoch.Number);
                }
            },
            run => run.Checkpoints.KeepBest("loss"), ("TRAIN_CHECKPOINT_EVERY", "1"), ("TRAIN_CHECKPOINT_KEEP", "1"));

        Assert.Equal([2, 5], Manifests().Values.Select(manifest => manifest.Epoch));
        Assert.Empty(Manifests()[5].Metrics);
    }

    [Fact]
    public async Task KeepTheHighestWhereHigherIsBetter()
    {
        double[] scores = [1, 9, 8, 7];
        await _program.Train(4, (run, epoch) => run.Log("r2", scores[epoch.Number - 1], epoch.Number), run => run.Checkpoints.KeepBest("r2", higherIsBetter: true),
            ("TRAIN_CHECKPOINT_EVERY", "1"), ("TRAIN_CHECKPOINT_KEEP", "1"));

        Assert.Equal([2, 4], Manifests().Values.Select(manifest => manifest.Epoch));
    }

    [Fact]
    public async Task GetOneAtTheEndWithoutAnyInterval()
    {
        await _program.Train(4, variables: ("TRAIN_CHECKPOINT_EVERY", "never"));

        Assert.Equal(4, Assert.Single(Manifests().Values).Epoch);
    }

    [Fact]
    public async Task SayWhatIsInThem()
    {
        await _program.Train(2, (run, epoch) => run.Log("loss", 0.5, epoch.Number), null, ("TRAIN_SEED", "7"), ("TRAIN_RUN_ID", "a"), ("TRAIN_HP_RATE", "0.1"));

        var manifest = Assert.Single(Manifests().Values);
        Assert.Equal((1, 2, "a", 7), (manifest.Sequence, manifest.Epoch, manifest.RunId, manifest.Seed));
        Assert.Equal("0.1", manifest.Hyperparameters["rate"]);
        Assert.Equal("value", manifest.Parts["epochs"].Kind);
        using var zip = System.IO.Compression.ZipFile.OpenRead(Path.Join(_program.Checkpoints, manifest.File));
        Assert.Equal(["epochs"], zip.Entries.Select(entry => entry.FullName));
    }

    [Fact]
    public async Task OutliveTheRunBeforeInTheSameFolderUntilThereIsEnough()
    {
        await _program.Train(3, variables: ("TRAIN_CHECKPOINT_EVERY", "1"));
        await _program.Train(1);

        // By number, not by epoch or by a clock: the new run's only one is the newest.
        Assert.Equal([(2, 2), (3, 3), (4, 1)], Manifests().Select(pair => (pair.Key, pair.Value.Epoch)));
        await _program.Resume(2);
        Assert.Equal([1, 2], _program.Epochs);
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("flipped")]
    [InlineData("missing")]
    [InlineData("no manifest text")]
    [InlineData("half a manifest")]
    [InlineData("newer format")]
    public async Task AreUsedFromTheOneBeforeIfTheNewestIsDamaged(string damage)
    {
        await _program.Train(3, variables: ("TRAIN_CHECKPOINT_EVERY", "1"));
        Damage(damage, "checkpoint-000003");

        Assert.Equal(0, await _program.Resume(4));
        Assert.Equal([1, 2, 3, 4], _program.Epochs);
        Assert.Contains("warning CT4121: The checkpoint 'checkpoint-000003.json' is damaged: ", _program.Errors, StringComparison.Ordinal);
        Assert.Contains("goes on from the one before, after epoch 2.", _program.Errors, StringComparison.Ordinal);
        var problem = JsonDocument.Parse(File.ReadAllText(_folder.Path("output/problems.json"))).RootElement[0];
        Assert.Equal(("CT4121", true), (problem.GetProperty("code").GetString(), problem.GetProperty("isWarning").GetBoolean()));
    }

    [Fact]
    public async Task WithoutAManifestHoldNoCheckpoint()
    {
        await _program.Train(3, variables: ("TRAIN_CHECKPOINT_EVERY", "1"));
        File.Delete(Path.Join(_program.Checkpoints, "checkpoint-000003.json"));

        Assert.Equal(0, await _program.Resume(2));
        Assert.Equal([1, 2], _program.Epochs);
        Assert.Equal("", _program.Errors);
    }

    [Fact]
    public async Task WithNothingUsableEndTheRunWithCT4122()
    {
        await _program.Train(2, variables: ("TRAIN_CHECKPOINT_EVERY", "1"));
        Damage("truncated", "checkpoint-000001");
        Damage("flipped", "checkpoint-000002");

        Assert.Equal(65, await _program.Resume(2));
        Assert.Contains("error CT4122: No checkpoint is left to go on from. ", _program.Errors, StringComparison.Ordinal);
        Assert.Contains("'checkpoint-000001.json' is damaged", _program.Errors, StringComparison.Ordinal);
        Assert.Contains("'checkpoint-000002.json' is damaged", _program.Errors, StringComparison.Ordinal);
        Assert.Empty(_program.Epochs);
    }

    [Fact]
    public async Task WithNothingAtAllEndTheRunWithCT4122()
    {
        Assert.Equal(65, await _program.Resume(2));
        Assert.Contains("error CT4122: TRAIN_RESUME_FROM names a folder without checkpoints.", _program.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfOtherStateEndTheRunWithCT4123()
    {
        await _program.Train(2);

        Assert.Equal(65, await _program.Train(3, null, run => run.Checkpoints.Track("more", () => 1, _ => { }), ("TRAIN_RESUME_FROM", _program.Checkpoints)));
        Assert.Contains("error CT4123: The checkpoint after epoch 2 of run local is of another model: it has no 'more'.", _program.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfOtherSettingsAreUsedWithAWarning()
    {
        await _program.Train(2, null, null, ("TRAIN_HP_RATE", "0.1"), ("TRAIN_SEED", "1"));

        Assert.Equal(0, await _program.Resume(3, null, ("TRAIN_HP_RATE", "0.2"), ("TRAIN_HP_EPOCHS", "3"), ("TRAIN_SEED", "2")));
        Assert.Contains("warning CT4125: ", _program.Errors, StringComparison.Ordinal);
        Assert.Contains("epochs was not given and is '3'; rate was '0.1' and is '0.2'; the seed was 1 and is 2.", _program.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThatCannotBeWrittenAreReportedAndTheTrainingGoesOn()
    {
        _folder.Write("output/checkpoints", "a file in the way");

        Assert.Equal(0, await _program.Train(4, variables: ("TRAIN_CHECKPOINT_EVERY", "2")));
        Assert.Equal([1, 2, 3, 4], _program.Epochs);
        Assert.Equal(2, _program.Errors.Split('\n').Count(line => line.Contains("warning CT4120: The checkpoint after epoch ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task LoseWhatAKilledWriterLeft()
    {
        await _program.Train(1);
        File.WriteAllText(Path.Join(_program.Checkpoints, "checkpoint-000002.zip.tmp"), "half");
        File.WriteAllText(Path.Join(_program.Checkpoints, "notes.tmp"), "of the user");
        await _program.Train(1);

        Assert.Equal(["notes.tmp"], _program.Files().Where(name => name.EndsWith(".tmp", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("5x")]
    [InlineData("m")]
    [InlineData("1.5h")]
    public void RefuseAnIntervalThatIsNone(string every)
    {
        var problem = Assert.Single(Problems.Of(() => RunSettings.Read(_folder.Environment(("TRAIN_CHECKPOINT_EVERY", every)))));

        Assert.Equal("CT4106", problem.Code);
        Assert.Contains($"TRAIN_CHECKPOINT_EVERY is '{every}'; it must be a number of epochs", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadIntervalsAsEpochsOrTime()
    {
        Assert.Equal(new CheckpointSettings(null, TimeSpan.FromMinutes(5), 3), Read());
        Assert.Equal(new CheckpointSettings(10, null, 1), Read(("TRAIN_CHECKPOINT_EVERY", "10"), ("TRAIN_CHECKPOINT_KEEP", "1")));
        Assert.Equal(new CheckpointSettings(null, TimeSpan.FromSeconds(90), 3), Read(("TRAIN_CHECKPOINT_EVERY", "90s")));
        Assert.Equal(new CheckpointSettings(null, TimeSpan.FromHours(1), 3), Read(("TRAIN_CHECKPOINT_EVERY", "1h")));
        Assert.Equal(new CheckpointSettings(null, null, 3), Read(("TRAIN_CHECKPOINT_EVERY", "never")));

        CheckpointSettings Read(params (string, string)[] variables) => RunSettings.Read(_folder.Environment(variables)).Checkpoints;
    }

    private SortedDictionary<int, CheckpointManifest> Manifests() =>
        new(new CheckpointStore(_program.Checkpoints).List().ToDictionary(entry => entry.Sequence, entry => entry.Manifest!));

    private void Damage(string how, string name)
    {
        var (manifest, content) = (Path.Join(_program.Checkpoints, name + ".json"), Path.Join(_program.Checkpoints, name + ".zip"));
        var bytes = File.ReadAllBytes(content);
        switch (how)
        {
            case "truncated":
                File.WriteAllBytes(content, bytes[..^1]);
                break;
            case "flipped":
                bytes[bytes.Length / 2] ^= 1;
                File.WriteAllBytes(content, bytes);
                break;
            case "missing":
                File.Delete(content);
                break;
            case "no manifest text":
                File.WriteAllText(manifest, "");
                break;
            case "half a manifest":
                File.WriteAllText(manifest, File.ReadAllText(manifest)[..100]);
                break;
            default:
                File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal));
                break;
        }
    }
}

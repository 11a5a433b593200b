using System.Text.Json;
using ContainerTrain.Dockerfile;
using ContainerTrain.Engine;
using ContainerTrain.Inputs;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using CsCheck;
using Docker.DotNet.Models;

namespace ContainerTrain.Tests;

/// <summary>
/// Whatever text a project has in a property, an item or its metadata: it is refused with a code, or it arrives as it is.
/// It never becomes an instruction of the Dockerfile, a setting of the container, or a crash.
/// </summary>
public sealed class AHostileValue : IDisposable
{
    private static readonly string[] Pieces =
    [
        "\n", "\r\n", "\r", "\"", "'", "`", "$", "${HOME}", "$(id)", "\\", "\\\\", "\0", "\t", " ", "#", "=", ":", ",", ";", "/", "..", "[", "]", "{", "}", "<<EOF", "|", "&&", "--", "%0A", "%s", "{0}",
        "\nRUN id", "\\\nRUN id", "\"\nRUN id\n#", "\r\nFROM scratch", "\" RUN id", "ENV A=B", "\"]\nUSER root", "# syntax=evil", "# escape=`",
        "\u0001", "\u001b[31m", "\u007f", "\u0085", "\u200b", "\u202e", "\u2028", "\u2029", "\ufeff", "é", "漢字", "🚂", "\ud83d", "\udc00", "x",
    ];

    private static readonly string[] Whole =
    [
        .. Pieces, .. Pieces.Select(piece => "a" + piece), .. Pieces.Select(piece => "/a" + piece + "b"), "", new string('x', 65_536), new string('\\', 65_535), new string('"', 1_000), new string('/', 1_000), "a" + new string('9', 500),
    ];

    private static readonly Gen<string> Any = Gen.OneOf(
        Gen.OneOfConst(Pieces).Array[1, 6].Select(string.Concat), Gen.String, Gen.OneOfConst(Whole), Gen.OneOfConst(Whole).Select(Gen.OneOfConst(Pieces)).Select((text, end) => text + end));

    /// <param name="Set">The inputs with the value in one place.</param>
    /// <param name="Carried">Where the value must be in the plan of inputs that are accepted; null where a value that is accepted has a form of its own.</param>
    private sealed record Slot(string Name, Func<string, TrainInputs> Set, Func<TrainPlan, string, bool>? Carried = null);

    private static readonly Slot[] Slots =
    [
        OfProject("AssemblyName", (project, text) => project with { Name = text }),
        OfProject("AssemblyFile", (project, text) => project with { AssemblyFile = text }, (plan, text) => plan.Image.Entrypoint[1] == "/app/" + text),
        OfProject("OutputType", (project, text) => project with { OutputType = text }),
        OfProject("TargetFramework", (project, text) => project with { TargetFramework = text }),
        OfProject("RuntimeIdentifier", (project, text) => project with { RuntimeIdentifier = text }),
        OfImage("ContainerBaseImage", (image, text) => image with { BaseImage = text }),
        OfImage("ContainerFamily", (image, text) => image with { Family = text }),
        OfImage("ContainerRepository", (image, text) => image with { Repository = text }),
        OfImage("ContainerImageTags", (image, text) => image with { Tags = text }),
        OfImage("ContainerUser", (image, text) => image with { User = text }),
        OfImage("ContainerWorkingDirectory", (image, text) => image with { WorkingDirectory = text }, (plan, text) => text.Length == 0 || plan.Image.WorkingDirectory == text),
        OfImage("TrainRegistryMirror", (image, text) => image with { RegistryMirror = text }),
        OfImage("ContainerEntrypoint", (image, text) => image with { Entrypoint = ["x", text] }, (plan, text) => plan.Image.Entrypoint[1] == text),
        OfImage("ContainerAppCommand", (image, text) => image with { AppCommand = ["x", text] }, (plan, text) => plan.Image.Entrypoint[1] == text),
        OfImage("ContainerDefaultArgs", (image, text) => image with { DefaultArgs = [text] }, (plan, text) => plan.Image.Command[0] == text),
        OfImage("ContainerPort", (image, text) => image with { Ports = [Given.Item(text)] }),
        OfImage("ContainerPort.Type", (image, text) => image with { Ports = [Given.Item("80", ("Type", text))] }),
        OfImage("ContainerPort.HostPort", (image, text) => image with { Ports = [Given.Item("80", ("HostPort", text))] }),
        OfImage("ContainerPort.HostAddress", (image, text) => image with { Ports = [Given.Item("80", ("HostPort", "0"), ("HostAddress", text))] }),
        OfImage("ContainerEnvironmentVariable", (image, text) => image with { Environment = [Given.Item(text, ("Value", "v"))] }, (plan, text) => plan.Image.Environment[text] == "v"),
        OfImage("ContainerEnvironmentVariable.Value", (image, text) => image with { Environment = [Given.Item("A", ("Value", text))] }, (plan, text) => plan.Image.Environment["A"] == text),
        OfImage("ContainerLabel", (image, text) => image with { Labels = [Given.Item(text, ("Value", "v"))] }, (plan, text) => plan.Image.Labels[text] == "v"),
        OfImage("ContainerLabel.Value", (image, text) => image with { Labels = [Given.Item("l", ("Value", text))] }, (plan, text) => plan.Image.Labels["l"] == text),
        OfImage("TrainAptPackage", (image, text) => image with { AptPackages = [Given.Item(text)] }, (plan, text) => plan.Image.System.AptPackages[0] == text),
        OfImage("TrainPipPackage", (image, text) => image with { PipPackages = [Given.Item(text)] }, (plan, text) => plan.Image.System.PipPackages[0] == text),
        OfImage("TrainDockerfileInstruction.Stage", (image, text) => image with { Instructions = [Given.Item("RUN true", ("Stage", text))] }),
        OfImage("TrainDockerfileInstruction.Position", (image, text) => image with { Instructions = [Given.Item("RUN true", ("Position", text))] }),
        OfImage("TrainLayer", (image, text) => image with { Files = [.. image.Files, Given.Own("/src/x", "x") with { Layer = text }] }),
        OfImage("a published file", (image, text) => image with { Files = [.. image.Files, Given.Own("/src/x", "d/" + text)] }),
        OfImage("TrainNatives", (image, text) => image with { Natives = text }),
        OfImage("TrainStripNatives", (image, text) => image with { StripNatives = text }),
        OfImage("TrainNativePreflight", (image, text) => image with { NativePreflight = text }),
        OfImage("SOURCE_DATE_EPOCH", (image, text) => image with { SourceDateEpoch = text }),
        OfRun("TrainEngine", (run, text) => run with { Engine = text }),
        OfRun("TrainGpus", (run, text) => run with { Gpus = text }),
        OfRun("TrainMemory", (run, text) => run with { Memory = text }),
        OfRun("TrainMemorySwap", (run, text) => run with { Memory = "1g", MemorySwap = text }),
        OfRun("TrainCpus", (run, text) => run with { Cpus = text }),
        OfRun("TrainCpuSet", (run, text) => run with { CpuSet = text }),
        OfRun("TrainPidsLimit", (run, text) => run with { PidsLimit = text }),
        OfRun("TrainShmSize", (run, text) => run with { ShmSize = text }),
        OfRun("TrainTimeout", (run, text) => run with { Timeout = text }),
        OfRun("TrainStopGrace", (run, text) => run with { StopGrace = text }),
        OfRun("TrainResume", (run, text) => run with { Resume = text }),
        OfRun("TrainCheckpointEvery", (run, text) => run with { CheckpointEvery = text }),
        OfRun("TrainCheckpointKeep", (run, text) => run with { CheckpointKeep = text }),
        OfRun("TrainReadOnlyRootfs", (run, text) => run with { ReadOnlyRootfs = text }),
        OfRun("TrainInit", (run, text) => run with { Init = text }),
        OfRun("TrainNetwork", (run, text) => run with { Network = text }, (plan, text) => plan.Run.Network == text),
        OfRun("TrainUser", (run, text) => run with { User = text }, (plan, text) => plan.Run.User == text),
        OfRun("TrainWorkingDirectory", (run, text) => run with { WorkingDirectory = text }, (plan, text) => plan.Run.WorkingDirectory == text),
        OfRun("TrainArguments", (run, text) => run with { Arguments = text }),
        OfRun("an argument", (run, text) => run with { Arguments = $"a '{text.Replace("'", @"'\''", StringComparison.Ordinal)}' b" }, (plan, text) => plan.Run.Arguments is ["a", var argument, "b"] && argument == text),
        OfRun("TrainData", (run, text) => run with { Data = [Given.Item(text)] }),
        OfRun("TrainData.TargetPath", (run, text) => run with { Data = [Given.Item("/usr", ("TargetPath", text))] }),
        OfRun("TrainData.ReadOnly", (run, text) => run with { Data = [Given.Item("/usr", ("ReadOnly", text))] }),
        OfRun("TrainData.Type", (run, text) => run with { Data = [Given.Item("/usr", ("Type", text))] }),
        OfRun("TrainVolume", (run, text) => run with { Volumes = [Given.Item(text, ("TargetPath", "/v"))] }, (plan, text) => plan.Run.Mounts[0].Source == text),
        OfRun("TrainVolume of a folder", (run, text) => run with { Volumes = [Given.Item(text, ("TargetPath", "/v"), ("Type", "bind"))] }),
        OfRun("TrainVolume in memory", (run, text) => run with { Volumes = [Given.Item(text, ("Type", "tmpfs"))] }),
        OfRun("TrainVolume.TargetPath", (run, text) => run with { Volumes = [Given.Item("vv", ("TargetPath", text))] }),
        OfRun("TrainVolume.Size", (run, text) => run with { Volumes = [Given.Item("vv", ("Type", "tmpfs"), ("Size", text))] }),
        OfRun("TrainHyperparameter", (run, text) => run with { Hyperparameters = [Given.Item(text, ("Value", "v"))] }, (plan, text) => plan.Run.Hyperparameters[text] == "v"),
        OfRun("TrainHyperparameter.Value", (run, text) => run with { Hyperparameters = [Given.Item("h", ("Value", text))] }, (plan, text) => plan.Run.Hyperparameters["h"] == text),
        OfRun("the seed", (run, text) => run with { Hyperparameters = [Given.Item("seed", ("Value", text))] }),
        OfRun("TrainEnvironmentVariable", (run, text) => run with { Environment = [Given.Item(text, ("Value", "v"))] }, (plan, text) => plan.Run.Environment[text] == "v"),
        OfRun("TrainEnvironmentVariable.Value", (run, text) => run with { Environment = [Given.Item("A", ("Value", text))] }, (plan, text) => plan.Run.Environment["A"] == text),
        OfRun("TrainUlimit", (run, text) => run with { Ulimits = [Given.Item(text, ("Soft", "1"))] }),
        OfRun("TrainUlimit.Soft", (run, text) => run with { Ulimits = [Given.Item("nofile", ("Soft", text))] }),
        OfRun("TrainUlimit.Hard", (run, text) => run with { Ulimits = [Given.Item("nofile", ("Soft", "1"), ("Hard", text))] }),
        OfRun("TrainDevice", (run, text) => run with { Devices = [Given.Item(text)] }, (plan, text) => plan.Run.Devices[0].Source == text),
        OfRun("TrainDevice.TargetPath", (run, text) => run with { Devices = [Given.Item("/dev/null", ("TargetPath", text))] }, (plan, text) => text.Length == 0 || plan.Run.Devices[0].Target == text),
        OfRun("TrainDevice.Permissions", (run, text) => run with { Devices = [Given.Item("/dev/null", ("Permissions", text))] }),
        OfRun("TrainExtraHost", (run, text) => run with { ExtraHosts = [Given.Item(text, ("Address", "10.0.0.1"))] }, (plan, text) => plan.Run.ExtraHosts[0] == text + ":10.0.0.1"),
        OfRun("TrainExtraHost.Address", (run, text) => run with { ExtraHosts = [Given.Item("h", ("Address", text))] }),
        OfRun("TrainCapability", (run, text) => run with { Capabilities = [Given.Item(text)] }),
        OfRun("TrainSecret", (run, text) => run with { Secrets = [Given.Item(text, ("EnvironmentVariable", "A"))] }, (plan, text) => plan.Run.Secrets[0].Name == text),
        OfRun("TrainSecret.Source", (run, text) => run with { Secrets = [Given.Item("s", ("Source", text))] }),
        OfRun("TrainSecret.EnvironmentVariable", (run, text) => run with { Secrets = [Given.Item("s", ("EnvironmentVariable", text))] }, (plan, text) => plan.Run.Secrets[0].Variable == text),
    ];

    private readonly TempFolder _folder = new();
    private readonly RunFolder _run;

    public AHostileValue() => _run = RunFolder.Create(_folder.At("runs"), DateTimeOffset.UnixEpoch);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void InAnyPlaceIsRefusedOrCarriedAsItIs()
    {
        var (refused, carried) = (0, 0);
        foreach (var slot in Slots)
        {
            foreach (var value in Whole)
            {
                if (Check(slot, value))
                    carried++;
                else
                    refused++;
            }
        }
        Assert.True(refused > 5_000 && carried > 1_000, $"{refused} were refused and {carried} carried: the values or the places are not what they were meant to be.");
    }

    [Fact]
    public void OfAnyKindIsRefusedOrCarriedAsItIs() => Gen.Select(Gen.OneOfConst(Slots), Any)
        .Sample((slot, value) => { Check(slot, value); }, iter: 2_000, print: pair => $"{pair.Item1.Name}: {JsonSerializer.Serialize(pair.Item2)}");

    /// <summary>Whether the value was carried; throws if it was neither that nor refused.</summary>
    private bool Check(Slot slot, string value)
    {
        var what = $"{slot.Name} = {JsonSerializer.Serialize(value.Length > 200 ? value[..200] : value)}";
        var result = PlanBuilder.Build(slot.Set(value));
        if (result.Plan is not { } plan)
        {
            Assert.True(result.Problems.Any(problem => problem.IsError), what);
            Assert.All(result.Problems, problem => Assert.Matches("^CT[12][0-9]{3}$", problem.Code.Id));
            return false;
        }
        Assert.True(slot.Carried?.Invoke(plan, value) ?? true, $"The plan has not {what}");
        IsInTheDockerfile(plan.Image, what);
        IsInTheContainer(plan, what);
        var file = _folder.Write($"{Environment.CurrentManagedThreadId}.json", PlanJson.Write(plan));
        Assert.True(PlanJson.Write(PlanJson.Read(file)) == PlanJson.Write(plan) && (slot.Carried?.Invoke(PlanJson.Read(file), value) ?? true), $"plan.json has not {what}");
        return true;
    }

    /// <summary>The instructions are those of the plan and no other, and what is read back from them is what the plan has.</summary>
    private static void IsInTheDockerfile(ImagePlan image, string what)
    {
        // The one instruction of several lines is the SDK's own: apt-get.
        var lines = DockerfileComposer.Compose(image).Render().Replace(" \\\n && ", " && ", StringComparison.Ordinal).Split('\n')
            .Where(line => line.Length > 0 && !line.StartsWith("# ", StringComparison.Ordinal)).ToArray();
        var instructions = lines.Select(line => line.Split(' ', 2)).ToLookup(parts => parts[0], parts => parts.Length > 1 ? parts[1] : "");
        Assert.True(lines.Length == instructions.Sum(group => group.Count()) && instructions["FROM"].Count() == 4, what);
        Assert.True(instructions["ENV"].Select(DockerfileReader.Pair).SequenceEqual(image.Environment.Select(pair => (pair.Key, pair.Value))), what);
        Assert.True(instructions["LABEL"].Select(DockerfileReader.Pair).SequenceEqual(image.Labels.Select(pair => (pair.Key, pair.Value))), what);
        Assert.True(instructions["EXPOSE"].SequenceEqual(image.Ports), what);
        Assert.True(DockerfileReader.Word(Assert.Single(instructions["WORKDIR"])) == image.WorkingDirectory, what);
        Assert.True(DockerfileReader.Word(Assert.Single(instructions["USER"])) == image.User, what);
        Assert.True(DockerfileReader.Json(Assert.Single(instructions["ENTRYPOINT"])).SequenceEqual(image.Entrypoint), what);
        Assert.True(DockerfileReader.Json(Assert.Single(instructions["CMD"])).SequenceEqual(image.Command), what);
        Assert.True(instructions["COPY"].Count() == image.Layers.Length, what);
        Assert.True(instructions["RUN"].Count() == (image.System.AptPackages.IsEmpty ? 0 : 1) + (image.System.PipPackages.IsEmpty ? 0 : 1) + image.System.Instructions.Length, what);
        string[] known = ["FROM", "ENV", "LABEL", "EXPOSE", "WORKDIR", "USER", "ENTRYPOINT", "CMD", "COPY", "RUN"];
        Assert.True(instructions.All(group => known.Contains(group.Key)), what);
    }

    /// <summary>The request that the engine gets says of each setting what the plan says, and is no weaker than any other.</summary>
    private void IsInTheContainer(TrainPlan plan, string what)
    {
        using var secrets = plan.Run.Secrets.IsEmpty ? null : SecretFiles.Create(plan.Run with { Secrets = [new SecretPlan("x", "", "A")] }, new SecretValues(_ => "v"), ["/dev/shm"]);
        var settings = ContainerSettings.For(new RunRequest(plan, _run, "sha256:1") { Secrets = secrets }, new EngineTraits(IsRootless: false, HasInit: true));
        var sent = JsonSerializer.Deserialize<CreateContainerParameters>(JsonSerializer.Serialize(settings))!;
        var (host, run) = (sent.HostConfig!, plan.Run);
        Assert.True(sent.Cmd!.SequenceEqual([.. plan.Image.Command, .. run.Arguments]), what);
        Assert.True(run.Environment.All(pair => sent.Env!.Contains($"{pair.Key}={pair.Value}")), what);
        Assert.True(run.Hyperparameters.All(pair => sent.Env!.Contains($"{RunPlanner.VariableName(pair.Key)}={pair.Value}")), what);
        Assert.True((sent.WorkingDir ?? "") == run.WorkingDirectory && (host.NetworkMode ?? "") == run.Network, what);
        Assert.True(host.Mounts!.Count + host.Tmpfs!.Count == run.Mounts.Length + run.Secrets.Length + 4, what);
        Assert.True(run.Mounts.Where(mount => mount.Kind != MountKind.Tmpfs).All(mount => host.Mounts!.Any(sentMount => sentMount.Source == mount.Source && sentMount.Target == mount.Target && sentMount.ReadOnly == mount.ReadOnly)), what);
        Assert.True(run.ExtraHosts.SequenceEqual(host.ExtraHosts ?? []) && run.Devices.Length == host.Devices!.Count, what);
        Assert.True(host.CapDrop is ["ALL"] && host.SecurityOpt is ["no-new-privileges"] && !host.Privileged && host.PidMode is null or "" && host.RestartPolicy!.Name == RestartPolicyKind.No, what);
    }

    private static Slot OfProject(string name, Func<ProjectInputs, string, ProjectInputs> set, Func<TrainPlan, string, bool>? carried = null) => new(name, text => Given.Project(project => set(project, text)), carried);

    private static Slot OfImage(string name, Func<ImageInputs, string, ImageInputs> set, Func<TrainPlan, string, bool>? carried = null) => new(name, text => Given.Image(image => set(image, text)), carried);

    private static Slot OfRun(string name, Func<RunInputs, string, RunInputs> set, Func<TrainPlan, string, bool>? carried = null) => new(name, text => Given.Run(run => set(run, text)), carried);
}

using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;
using ContainerTrain.Tests;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests;

/// <summary>What a build knows of its native libraries and of its base image, on every engine.</summary>
public abstract class NativePreflightContract(ContainerEngine engine, NativeBases bases) : IAsyncLifetime
{
    private readonly TestFolder _project = new();
    private readonly List<string> _images = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _ = engine.Connection; // skips without an engine
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _project.Dispose();
        foreach (var image in _images)
            new EngineImages(engine.Connection).Remove(image, CancellationToken.None);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task ABaseThatFitsIsReadOnce()
    {
        var cache = engine.NewCache();
        var lines = new Lines<string>();

        await BuildAsync(Plan(null, Torch()), cache, lines);
        Assert.Single(lines.All, IsReading);
        // A program with other libraries of the same base, then with one that nobody asked for before.
        await BuildAsync(Plan(null, Torch(), Native("libother.so", "libstdc++.so.6", "GLIBCXX_3.4.9")), cache, lines);
        Assert.Single(lines.All, IsReading);
        await BuildAsync(Plan(null, Native("libthird.so", "libm.so.6", "GLIBC_2.29")), cache, lines);
        Assert.Equal(2, lines.All.Count(IsReading));
    }

    [Fact]
    public async Task ABaseThatIsTooOldIsCT3030BeforeAnythingIsBuilt()
    {
        var old = await ImportAsync("bookworm");
        var torch = Torch();
        var plan = Plan(old, torch);

        var problem = Assert.Single(await ProblemsAsync(plan));

        Assert.Equal(
            ("CT3030", $"'{torch.Source}' needs GLIBCXX_3.4.32 of libstdc++.so.6, and the image '{old}' offers at most GLIBCXX_3.4.30; images on Azure Linux 3.0, Ubuntu 24.04, UBI 10, Debian 13 fit."),
            (problem.Code.Id, problem.Message));
        Assert.Null(new EngineImages(engine.Connection).Find(plan.References[0], Cancellation));
        Assert.Empty(await ContainersOfAsync(old));
    }

    [Fact]
    public async Task ABaseThatIsTooOldIsBuiltOnWhereNobodyWantsToKnow()
    {
        var plan = Plan(await ImportAsync("bookworm"), Torch()) with { NativePreflight = false };

        await BuildAsync(plan, engine.NewCache(), new Lines<string>());

        Assert.NotNull(new EngineImages(engine.Connection).Find(plan.References[0], Cancellation));
    }

    [Fact]
    public async Task ABaseWithMuslIsCT3031()
    {
        var musl = await ImportAsync("musl");

        var problem = Assert.Single(await ProblemsAsync(Plan(musl, Torch(), Native("libc10.so", "libc.so.6", "GLIBC_2.34"), Native("libtorch.so", "libc.so.6"))));

        Assert.Equal("CT3031", problem.Code.Id);
        Assert.Contains("/ld-musl-x86_64.so.1') and no glibc, which '", problem.Message, StringComparison.Ordinal);
        Assert.Empty(await ContainersOfAsync(musl));
    }

    [Fact]
    public async Task WhatTheProjectInstallsCounts()
    {
        var library = Native("libneedy.so", $"libmade-{Guid.NewGuid():n}.so.1");
        var made = ElfFile.Read(library.Source)!.Needed[0];
        var install = $"RUN cp /lib/x86_64-linux-gnu/libm.so.6 /usr/local/lib/{made}";

        var problem = Assert.Single(await ProblemsAsync(Plan(null, library)));
        Assert.Contains($"needs {made}, and the image", problem.Message, StringComparison.Ordinal);

        await BuildAsync(With(Plan(null, library), install, "system"), engine.NewCache(), new Lines<string>());
        var lines = new Lines<string>();
        await BuildAsync(With(Plan(null, library), install, "app"), engine.NewCache(), lines);
        Assert.Contains(lines.All, line => line.StartsWith("Native libraries: unless an instruction of the project adds it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EveryProblemIsReportedAtOnce()
    {
        var cut = Native("libcut.so", "libc.so.6");
        File.WriteAllBytes(cut.Source, (await File.ReadAllBytesAsync(cut.Source, Cancellation))[..^10]);
        var foreign = new InputFile(Write("libarm.so", new Elf { Machine = 183 }), "libarm.so", FileOrigin.Project);

        var problems = await ProblemsAsync(Plan(null, cut, foreign, Native("libneedy.so", "libnowhere.so.1")));

        Assert.Equal(["CT3030", "CT3032", "CT3033"], problems.Select(problem => problem.Code.Id).Order(StringComparer.Ordinal));
    }

    private static bool IsReading(string line) => line.StartsWith("Reading the system libraries of ", StringComparison.Ordinal);

    private InputFile Torch() => Native("libLibTorchSharp.so", "libstdc++.so.6", "GLIBCXX_3.4.9", "GLIBCXX_3.4.32");

    /// <summary>A library that is nothing but its needs.</summary>
    private InputFile Native(string name, string library, params string[] versions)
    {
        var elf = new Elf { Needed = { library } };
        if (versions.Length > 0)
            elf.Needs.Add((library, versions));
        return new InputFile(Write(name, elf), name, FileOrigin.PackageNative, "Some.Native", "1.0.0");
    }

    private string Write(string name, Elf elf)
    {
        var path = _project.Write($"natives/{Guid.NewGuid():n}/{name}", "");
        File.WriteAllBytes(path, elf.ToBytes());
        return path;
    }

    private ImagePlan Plan(string? baseImage, params ImmutableArray<InputFile> natives)
    {
        var inputs = Dummy.Inputs(_project);
        var image = inputs.Image with { Files = [.. inputs.Image.Files, .. natives] };
        if (baseImage is not null)
            image = image with { BaseImage = baseImage, RegistryMirror = "" };
        return Dummy.Plan(inputs with { Image = image }).Image;
    }

    private static ImagePlan With(ImagePlan plan, string instruction, string stage) =>
        plan with { System = plan.System with { Instructions = [new InstructionPlan(instruction, stage, "before")] } };

    private async Task<ImmutableArray<Problem>> ProblemsAsync(ImagePlan plan) =>
        (await Assert.ThrowsAsync<ProblemException>(() => BuildAsync(plan, engine.NewCache(), new Lines<string>()))).Problems;

    private Task<BuiltImage> BuildAsync(ImagePlan plan, BuildCache cache, IProgress<string> progress) => engine.BuildAsync(
        plan, (_, lines) => BuilderSelector.SelectAsync(plan, engine.Connection, cache, lines, Cancellation), previous: null, progress, Cancellation);

    private async Task<string> ImportAsync(string name)
    {
        var image = await bases.ImportAsync(engine, name);
        _images.Add(image);
        return image;
    }

    private async Task<IEnumerable<string>> ContainersOfAsync(string image) =>
        (await engine.Client.Containers.ListContainersAsync(
            new ContainersListParameters { All = true, Filters = new Dictionary<string, IDictionary<string, bool>> { ["ancestor"] = new Dictionary<string, bool> { [image] = true } } },
            Cancellation)).Select(container => container.ID);
}

public sealed class DockerNativePreflight(DockerEngine engine, NativeBases bases) : NativePreflightContract(engine, bases);

public sealed class PodmanNativePreflight(PodmanEngine engine, NativeBases bases) : NativePreflightContract(engine, bases);

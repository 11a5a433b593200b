using System.Collections.Immutable;
using ContainerTrain.Engine;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;
using ContainerTrain.Registry;

namespace ContainerTrain.Tests;

/// <summary>A registry, a project with real files whose base image the registry has, and what a push of it said.</summary>
internal sealed class GivenPush : IDisposable
{
    public const string Repository = "team/demo";

    private readonly TempFolder _folder = new();

    public GivenPush()
    {
        Registry.AddImage("base/runtime", "10.0");
        Settings = new RegistrySettings(_folder.At("docker"))
        {
            Pause = (time, _) =>
            {
                lock (Pauses)
                    Pauses.Add(time);
                return Task.CompletedTask;
            },
        };
        Write("native", "libsome.so");
        Write("library", "Some.dll");
        Write("program", "App.dll");
    }

    public FakeRegistry Registry { get; } = new();

    public RegistrySettings Settings { get; set; }

    public BuildCache Cache => new(_folder.At("cache"));

    public string Folder => _folder.Path;

    public Reports<string> Lines { get; } = [];

    public List<TimeSpan> Pauses { get; } = [];

    public ImmutableArray<string> Tags { get; set; } = ["latest"];

    public ImagePlan Plan(Func<ImageInputs, ImageInputs>? change = null)
    {
        var image = new ImageInputs
        {
            BaseImage = $"{Registry.Host}/base/runtime:10.0",
            Files =
            [
                Given.Native(_folder.At("libsome.so"), "libsome.so", "Some.Native", "2.0.0"),
                Given.Library(_folder.At("Some.dll"), "Some.dll", "Some.Library", "1.0.0"),
                Given.Own(_folder.At("App.dll"), "App.dll"),
            ],
        };
        return Given.Plan(Given.Image(_ => change?.Invoke(image) ?? image)).Image;
    }

    public void Write(string text, string name) => _folder.Write(name, text);

    public async Task<PushedImage> PushAsync(string repository = Repository, ImagePlan? plan = null, string? host = null, string? expected = null)
    {
        Registry.Requests.Clear();
        Lines.Clear();
        return (await new DirectPush(Cache, Settings, Lines).PushAsync(
            plan ?? Plan(), new ImageReference(host ?? Registry.Host, repository, null, null), Tags, expected, TestContext.Current.CancellationToken))!;
    }

    /// <summary>Requests of one method, without what the registry's address is found by.</summary>
    public IEnumerable<string> Requests(string method) => Registry.Requests.Where(request => request.StartsWith(method + " ", StringComparison.Ordinal) && request != "GET /v2/");

    public void Dispose()
    {
        Registry.Dispose();
        _folder.Dispose();
    }
}

using System.Collections.Immutable;
namespace ContainerTrain.Sdk.Tests;

/// <summary>The template package, installed where no user's templates are.</summary>
public sealed class Template(Packages packages)
{
    private bool _installed;

    private string Hive => Path.Combine(packages.Root, "template-hive");

    /// <summary>A new project, as <c>dotnet new containertrain</c> makes it.</summary>
    public async Task<TrainProject> NewProjectAsync()
    {
        var project = new TrainProject(packages);
        if (!_installed)
            await NewAsync(project, "install", Path.Combine(packages.Feed, $"ContainerTrain.Templates.{packages.Version}.nupkg"));
        _installed = true;
        await NewAsync(project, "containertrain", "--name", "App", "--output", project.Folder);
        return project;
    }

    private async Task NewAsync(TrainProject project, params ImmutableArray<string> arguments)
    {
        var result = await project.DotnetAsync(["new", .. arguments, "--debug:custom-hive", Hive]);
        Assert.True(result.ExitCode == 0, result.Output);
    }
}

/// <summary>Changes that a user makes in the template's project.</summary>
internal static class TemplateEdits
{
    /// <summary>Sets hyperparameters, those that the project file has and others.</summary>
    public static void Set(this TrainProject project, params (string Name, string Value)[] hyperparameters)
    {
        var items = string.Concat(hyperparameters.Select(h => $"""<TrainHyperparameter Remove="{h.Name}" /><TrainHyperparameter Include="{h.Name}" Value="{h.Value}" />"""));
        var text = File.ReadAllText(project.File);
        project.Write("App.csproj", text.Replace("</Project>", $"<ItemGroup>{items}</ItemGroup></Project>", StringComparison.Ordinal));
    }
}

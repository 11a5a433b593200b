using System.Collections.Immutable;

namespace ContainerTrain.Sdk.Tests;

/// <summary>The terminal logger, which a build in a terminal has and which hides what it does not know.</summary>
public sealed class Terminal(Packages packages)
{
    [Fact]
    public async Task ShowsTheLinesOfATrainingWhileItRuns()
    {
        const string script = "/usr/bin/script";
        Assert.SkipUnless(File.Exists(script), $"required: no {script} to make a pseudo-terminal with (Debian: util-linux, bsdutils)");
        // The program goes on only when its first line has been seen in the terminal.
        var project = TrainProject.Dummy(packages, properties: "<TrainArguments>out=seen-in-terminal wait-for=go out=the-end</TrainArguments>");
        var terminal = new Command(
            script, ["-qfec", "dotnet build -t:Train -tl:on -p:TrainEngine=process", "/dev/null"], project.Folder, project.Environment.SetItem("TERM", "xterm"));

        var shown = await terminal.RunAsync((_, line) =>
        {
            if (line.Contains("seen-in-terminal", StringComparison.Ordinal))
                project.Write("runs/latest/go", "");
        });

        Assert.True(shown.ExitCode == 0, shown.Output);
        Assert.Contains("the-end", shown.Output, StringComparison.Ordinal);
    }
}

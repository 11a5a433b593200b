using System.Text.RegularExpressions;

namespace ContainerTrain.Sdk.Tests;

/// <summary>
/// A training's lines where people and machines see them: in a terminal with the terminal logger, which hides what it does
/// not know, and without it, in the pipe of a CI, and in the build log.
/// </summary>
public sealed partial class Terminal(Packages packages, DockerEngine docker)
{
    private const string Other = "größer-日本語-🚀";

    [Theory]
    [InlineData("")] // the terminal logger, as in any terminal
    [InlineData("-tl:off")]
    public async Task ShowsTheLinesOfATrainingWhileItRuns(string option)
    {
        // The program goes on only when its first line has been seen in the terminal.
        var project = TrainProject.Dummy(packages, properties: "<TrainArguments>out=seen-in-terminal wait-for=go out=the-end</TrainArguments>");

        var shown = await PseudoTerminal.RunAsync(project, $"dotnet build -t:Train {option} -p:TrainEngine=process", (line, _) =>
        {
            if (line.Contains("seen-in-terminal", StringComparison.Ordinal))
                project.Write("runs/latest/go", "");
        });

        Assert.True(shown.ExitCode == 0, shown.Output);
        Assert.Contains("the-end", shown.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker", "")]
    [InlineData("process", "")]
    [InlineData("process", "-tl:off")]
    public async Task ShowsEachLineOnceInOrderAndWhole(string engine, string option)
    {
        if (engine == "docker")
            docker.Require();
        var project = TrainProject.Dummy(packages, properties: $"<TrainArguments>interleave=40 out={Other} long=700 lines=200 out=the-end</TrainArguments>");
        var log = project.At("terminal.binlog");

        var shown = await PseudoTerminal.RunAsync(project, $"dotnet build -t:Train {option} -p:TrainEngine={engine} -bl:{log}", columns: 80);

        Assert.True(shown.ExitCode == 0, shown.Output);
        AssertComplete(shown.Output);
        // The build log has the same, for whoever reads it later.
        var replayed = await project.DotnetAsync("msbuild", log, "-nologo", "-tl:off", "-v:n");
        AssertComplete(replayed.Output);
    }

    [Fact]
    public async Task IsNotNeededForLinesToComeWhileTheTrainingRuns()
    {
        var project = TrainProject.Dummy(packages, properties: "<TrainArguments>out=seen-in-pipe wait-for=go lines=200 out=the-end</TrainArguments>");
        project.Environment = project.Environment.SetItem("CI", "true");

        var command = new Command("dotnet", ["build", "-t:Train", "-p:TrainEngine=process"], project.Folder, project.Environment);
        var shown = await command.RunAsync((_, line) =>
        {
            if (line.Contains("seen-in-pipe", StringComparison.Ordinal))
                project.Write("runs/latest/go", "");
        });

        Assert.True(shown.ExitCode == 0, shown.Output);
        Assert.Equal(Enumerable.Range(1, 200), Numbers(shown.Output, "line"));
        Assert.Contains("the-end", shown.Output, StringComparison.Ordinal);
    }

    private static void AssertComplete(string output)
    {
        Assert.Equal(Enumerable.Range(1, 40), Numbers(output, "out"));
        Assert.Equal(Enumerable.Range(1, 40), Numbers(output, "err"));
        Assert.Equal(Enumerable.Range(1, 200), Numbers(output, "line"));
        string[] rest = [Other, new string('x', 700), "the-end"];
        Assert.Equal(rest, output.Split('\n').Select(line => line.Trim()).Where(rest.Contains));
        Assert.True(output.IndexOf("line 200", StringComparison.Ordinal) < output.IndexOf("the-end", StringComparison.Ordinal), output);
    }

    /// <summary>The numbers of the lines that are nothing but the word and a number, in the order in which they came.</summary>
    private static IEnumerable<int> Numbers(string output, string word) =>
        NumberedLine().Matches(output).Where(match => match.Groups["word"].Value == word).Select(match => int.Parse(match.Groups["number"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^\s*(?<word>out|err|line) (?<number>\d+)\s*$", RegexOptions.Multiline)]
    private static partial Regex NumberedLine();
}

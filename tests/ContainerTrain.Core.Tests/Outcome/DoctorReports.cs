using System.Text.Json;
using ContainerTrain.Outcome;

namespace ContainerTrain.Tests;

public sealed class ADoctorsReport
{
    private static readonly DoctorReport Report = new(Given.ProjectFile,
    [
        DoctorLine.Ok("engine", "Docker 28.5.2"),
        DoctorLine.Skipped("builder", "found out at the first build"),
        DoctorLine.Warning("storage", "vfs", "Use overlay2."),
        DoctorLine.Error("base image", "'debian:none' is not to be had", "Check the name.", "CT3003"),
    ]);

    [Fact]
    public void IsOneLinePerCheckWithItsRemedyBelow() => Assert.Equal(
        [
            "ok       engine      Docker 28.5.2",
            "-        builder     found out at the first build",
            "warning  storage     vfs",
            "                     → Use overlay2.",
            "error    base image  CT3003: 'debian:none' is not to be had",
            "                     → Check the name.",
        ],
        Report.Render());

    [Fact]
    public void BreaksLongTextsBetweenWordsUnderTheirBeginning()
    {
        var lines = new DoctorReport("", [DoctorLine.Warning("x", string.Join(' ', Enumerable.Repeat("seven77", 40)), "one\ntwo")]).Render();
        Assert.True(lines.Length > 3);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 96));
        Assert.All(lines[1..^1], line => Assert.StartsWith(new string(' ', 12) + "seven77", line, StringComparison.Ordinal));
        Assert.Equal(new string(' ', 12) + "→ one two", lines[^1]);
    }

    [Fact]
    public void KeepsAWordThatIsLongerThanALine()
    {
        var path = "'" + new string('x', 200) + "'";
        Assert.Contains(new DoctorReport("", [DoctorLine.Ok("x", "see " + path)]).Render(), line => line.EndsWith(path, StringComparison.Ordinal));
    }

    [Fact]
    public void NamesTheChecksThatFoundAnError() => Assert.Equal("1 of 4 checks found an error: base image", Report.Summary);

    [Fact]
    public void IsReadAsJson()
    {
        using var json = JsonDocument.Parse(Report.ToJson());
        Assert.Equal(Given.ProjectFile, json.RootElement.GetProperty("project").GetString());
        var last = json.RootElement.GetProperty("lines")[3];
        Assert.Equal(
            ["base image", "error", "'debian:none' is not to be had", "Check the name.", "CT3003"],
            last.EnumerateObject().Select(member => member.Value.GetString()));
    }
}

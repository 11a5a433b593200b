using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ContainerTrain.Sdk.Tests;

/// <summary>A terminal for a command, which <c>script</c> makes: what the command prints, and keys that it gets.</summary>
public static partial class PseudoTerminal
{
    private const string Script = "/usr/bin/script";

    /// <summary>The key that a terminal turns into SIGINT for all that runs in it.</summary>
    public const char CtrlC = '\x03';

    /// <param name="project">Where the command runs.</param>
    /// <param name="command">A command of the shell.</param>
    /// <param name="onLine">Sees each line as it comes, without the terminal's control sequences, and may type.</param>
    /// <param name="columns">The terminal's width.</param>
    public static async Task<CommandResult> RunAsync(TrainProject project, string command, Action<string, Action<char>>? onLine = null, int columns = 120)
    {
        Assert.SkipUnless(File.Exists(Script), $"required: no {Script} to make a pseudo-terminal with (Debian: util-linux, bsdutils)");
        // script's own shell would stay and answer a signal itself: exec. A CI's shell may ignore SIGINT, which children inherit.
        var line = $"stty cols {columns} rows 50; exec env --default-signal=INT {command}";
        var environment = project.Environment.SetItems(new Dictionary<string, string?> { ["TERM"] = "xterm", ["SHELL"] = "/bin/sh", ["CI"] = null });
        var result = await new Command(Script, ["-qfec", line, "/dev/null"], project.Folder, environment) { HasInput = true }.RunAsync(
            onLine is null ? null : (process, text) => onLine(Plain(text), key => Type(process, key)));
        return result with { Output = Plain(result.Output) };
    }

    /// <summary>The text that is left on the screen of a terminal that is high enough: without colours, cursor movements and titles.</summary>
    public static string Plain(string text) => ControlSequence().Replace(text, "").Replace("\r", "", StringComparison.Ordinal);

    private static void Type(Process process, char key)
    {
        process.StandardInput.Write(key);
        process.StandardInput.Flush();
    }

    [GeneratedRegex(@"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[=>78]")]
    private static partial Regex ControlSequence();
}

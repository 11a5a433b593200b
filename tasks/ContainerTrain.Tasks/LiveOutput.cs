using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>
/// Shows lines while a task runs. The terminal logger hides ordinary messages; it shows at once those that carry the
/// type of a test run's output, in a project where a target named <c>_TestRunStart</c> has run
/// (dotnet/msbuild, TerminalLogger.cs). Other loggers print such a message as an ordinary line. This is no public
/// contract of MSBuild, hence one class, and a test in a pseudo-terminal.
/// </summary>
internal sealed class LiveOutput(IBuildEngine engine) : IProgress<string>
{
    public void Report(string value) => engine.LogMessageEvent(
        new ExtendedBuildMessageEventArgs("TLTESTOUTPUT", value, helpKeyword: null, senderName: "ContainerTrain.Sdk", MessageImportance.High));
}

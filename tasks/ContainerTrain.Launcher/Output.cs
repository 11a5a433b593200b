using ContainerTrain.Engine;

namespace ContainerTrain.Launcher;

/// <summary>The program's lines, each on the stream that it was written to.</summary>
internal sealed class ConsoleOutput : IProgress<OutputLine>
{
    public void Report(OutputLine value) => (value.IsError ? Console.Error : Console.Out).WriteLine(value.Text);
}

/// <summary>What the host has to say is not the program's output: <c>dotnet run > file</c> has the program's alone.</summary>
internal sealed class HostLines : IProgress<string>
{
    public void Report(string value) => Console.Error.WriteLine(value);
}

using System.Globalization;
using ContainerTrain.DummyTrainer;

// Each argument is a step, "name" or "name=value", done in order: the first line of Steps.Usage has an example.
// What follows "--" is left alone, for steps that look at the arguments themselves.
var steps = new Steps(args);
foreach (var arg in args.TakeWhile(arg => arg != "--"))
{
    var (name, value) = arg.IndexOf('=') is var at and >= 0 ? (arg[..at], arg[(at + 1)..]) : (arg, "");
    if (!steps.Known.TryGetValue(name, out var step))
    {
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"There is no step '{name}'.\n{Steps.Usage}"));
        return 64;
    }
    step(value);
}
return 0;

using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>Finds text in the image's half of the inputs that plan.json, a Dockerfile or a program could not carry as it is.</summary>
internal static class TextChecker
{
    public static void Check(TrainInputs inputs, ProblemCollector problems)
    {
        var image = inputs.Image;
        Property("AssemblyName", ProgramText.Fault(inputs.Project.Name));
        Property("AssemblyName", ProgramText.Fault(inputs.Project.AssemblyFile));
        Property("ContainerWorkingDirectory", Fault(image.WorkingDirectory));
        foreach (var (kind, words) in new[] { ("ContainerEntrypoint", image.Entrypoint), ("ContainerAppCommand", image.AppCommand), ("ContainerDefaultArgs", image.DefaultArgs) })
        {
            foreach (var word in words)
                Item(kind, word, ProgramText.Fault(word), $"A word of {kind}");
        }
        foreach (var (kind, items) in new[] { ("ContainerEnvironmentVariable", image.Environment), ("ContainerLabel", image.Labels) })
        {
            foreach (var item in items)
            {
                Item(kind, item.Include, Fault(item.Include), $"The name of a {kind}");
                Item(kind, item.Include, Fault(item["Value"]), $"The Value of {kind} '{item.Include}'");
            }
        }
        foreach (var file in image.Files)
        {
            if (ProgramText.Fault(file.Target) is { Length: > 0 } fault)
                problems.Add(Codes.UncarriableText.With($"The path '{file.Target}' of a published file", fault));
            else if (ProgramText.Fault(file.Layer) is { Length: > 0 } wrong)
                problems.Add(Codes.UncarriableText.With($"The TrainLayer of '{file.Target}'", wrong));
        }

        void Property(string name, string fault)
        {
            if (fault.Length > 0)
                problems.AddForProperty(name, Codes.UncarriableText, name, fault);
        }

        void Item(string kind, string include, string fault, string what)
        {
            if (fault.Length > 0)
                problems.AddForItem(kind, include, Codes.UncarriableText, what, fault);
        }
    }

    /// <summary>A zero is a line's end to a Dockerfile, and refused as such where the text becomes a part of one.</summary>
    private static string Fault(string text) => text.Contains('\0', StringComparison.Ordinal) ? "" : ProgramText.Fault(text);
}

using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>Finds text in the image's half of the inputs that plan.json, a Dockerfile or a program could not carry as it is.</summary>
internal static class TextChecker
{
    public static void Check(TrainInputs inputs, ProblemCollector problems)
    {
        var image = inputs.Image;
        Property("AssemblyName", inputs.Project.Name);
        Property("AssemblyName", inputs.Project.AssemblyFile);
        Property("ContainerWorkingDirectory", image.WorkingDirectory);
        foreach (var (kind, words) in new[] { ("ContainerEntrypoint", image.Entrypoint), ("ContainerAppCommand", image.AppCommand), ("ContainerDefaultArgs", image.DefaultArgs) })
        {
            foreach (var word in words)
                Item(kind, word, word, kind);
        }
        foreach (var (kind, items) in new[] { ("ContainerEnvironmentVariable", image.Environment), ("ContainerLabel", image.Labels) })
        {
            foreach (var item in items)
            {
                Item(kind, item.Include, item.Include, $"The name of a {kind}");
                Item(kind, item.Include, item["Value"], $"The Value of {kind} '{item.Include}'");
            }
        }
        foreach (var file in image.Files)
        {
            if (ProgramText.Fault(file.Target) is { Length: > 0 } fault)
                problems.Add(Codes.UncarriableText.With($"The path '{file.Target}' of a published file", fault));
            else if (ProgramText.Fault(file.Layer) is { Length: > 0 } wrong)
                problems.Add(Codes.UncarriableText.With($"The TrainLayer of '{file.Target}'", wrong));
        }

        void Property(string name, string text)
        {
            if (Fault(text) is { Length: > 0 } fault)
                problems.AddForProperty(name, Codes.UncarriableText, name, fault);
        }

        void Item(string kind, string include, string text, string what)
        {
            if (Fault(text) is { Length: > 0 } fault)
                problems.AddForItem(kind, include, Codes.UncarriableText, what, fault);
        }
    }

    /// <summary>A zero is a line's end to a Dockerfile, and refused as such where the text becomes a part of one.</summary>
    private static string Fault(string text) => text.Contains('\0', StringComparison.Ordinal) ? "" : ProgramText.Fault(text);
}

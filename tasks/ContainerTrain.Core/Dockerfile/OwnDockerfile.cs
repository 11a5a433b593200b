using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Dockerfile;

/// <summary>What of the SDK's images a Dockerfile of the project's own stands on; each includes those before it.</summary>
public enum OwnBase
{
    None,
    Base,
    System,
    Dependencies,
    App,
}

/// <summary>
/// A Dockerfile that the project brings (TrainDockerfile). It is sent as it is; what the SDK makes is there by the names
/// in build arguments, which a global ARG takes in: <c>ARG TRAIN_APP_IMAGE</c>, <c>FROM $TRAIN_APP_IMAGE</c>.
/// </summary>
public static class OwnDockerfile
{
    /// <summary>The build argument with the name of each image.</summary>
    public static string ArgumentOf(OwnBase image) => image switch
    {
        OwnBase.Base => "TRAIN_BASE_IMAGE",
        OwnBase.System => "TRAIN_SYSTEM_IMAGE",
        OwnBase.Dependencies => "TRAIN_DEPS_IMAGE",
        OwnBase.App => "TRAIN_APP_IMAGE",
        _ => throw new ArgumentOutOfRangeException(nameof(image)),
    };

    /// <summary>The highest of the SDK's images that the text names.</summary>
    public static OwnBase Needs(string text)
    {
        for (var image = OwnBase.App; image > OwnBase.None; image--)
        {
            if (text.Contains(ArgumentOf(image), StringComparison.Ordinal))
                return image;
        }
        return OwnBase.None;
    }

    /// <summary>What the build writes as the image's Dockerfile.</summary>
    public static string TextOf(ImagePlan image) =>
        image.OwnDockerfile.Length > 0 ? File.ReadAllText(image.OwnDockerfile) : DockerfileComposer.Compose(image).Render();

    /// <summary>
    /// One text for a plain <c>docker build</c>: the SDK's stages before the project's, with their names as the defaults of
    /// the build arguments. What stands before the project's first FROM holds for the whole file and stays on top.
    /// </summary>
    /// <exception cref="ProblemException">CT2012 if the text changes the escape character, which the SDK's stages are written with.</exception>
    public static string Combine(string text, ImagePlan image)
    {
        if (Needs(text) == OwnBase.None)
            return text;
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        if (lines.TakeWhile(line => line.StartsWith('#')).FirstOrDefault(line => line.Replace(" ", "", StringComparison.Ordinal) is "#escape=`") is { } directive)
            throw new ProblemException(Codes.EscapeDirective.With(directive));
        var from = Array.FindIndex(lines, line => line.TrimStart().StartsWith("FROM ", StringComparison.OrdinalIgnoreCase));
        var head = from < 0 ? lines : lines[..from];
        var stages = DockerfileComposer.Compose(image);
        var top = stages.Stages[^2].Name;
        string[] arguments =
        [
            $"ARG {ArgumentOf(OwnBase.Base)}={image.PullReference}", $"ARG {ArgumentOf(OwnBase.System)}=system",
            $"ARG {ArgumentOf(OwnBase.Dependencies)}={top}", $"ARG {ArgumentOf(OwnBase.App)}=app",
        ];
        var own = head.Where(line => !IsArgumentOfOurs(line));
        return string.Join('\n', [.. own, .. arguments, "", stages.Render(), .. lines[head.Length..]]);
    }

    /// <summary>Without a default it would take the one above away.</summary>
    private static bool IsArgumentOfOurs(string line)
    {
        var words = line.Split(' ', '\t').Where(word => word.Length > 0).ToArray();
        return words is [var name, var argument, ..] && name.Equals("ARG", StringComparison.OrdinalIgnoreCase)
            && argument.StartsWith("TRAIN_", StringComparison.Ordinal) && argument.Split('=')[0].EndsWith("_IMAGE", StringComparison.Ordinal);
    }
}

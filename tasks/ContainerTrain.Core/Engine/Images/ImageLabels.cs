namespace ContainerTrain.Engine;

/// <summary>The labels by which the SDK finds the images it made, and leaves all others alone.</summary>
internal static class ImageLabels
{
    /// <summary><c>system</c>, <c>deps</c> or <c>app</c>.</summary>
    public const string Role = "containertrain.role";

    /// <summary>The repository's name of the project that an app image belongs to.</summary>
    public const string Project = "containertrain.project";

    /// <summary>The deps image that an app image stands on.</summary>
    public const string Deps = "containertrain.deps";

    /// <summary>What tells a deps image's files from others by their names and lengths.</summary>
    public const string Content = "containertrain.content";

    public static Dictionary<string, string> System { get; } = new() { [Role] = "system" };

    public static Dictionary<string, string> Dependencies(string content) => new() { [Role] = "deps", [Content] = content };

    public static Dictionary<string, string> App(string project, string deps) => new() { [Role] = "app", [Project] = project, [Deps] = deps };
}

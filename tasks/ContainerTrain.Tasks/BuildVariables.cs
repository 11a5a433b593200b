using ContainerTrain.Engine;

namespace ContainerTrain.Tasks;

/// <summary>
/// Secrets from the build's environment. The one place that reads the process's environment itself: as a property or a
/// task's parameter, a value would be in every binary and diagnostic log. MSBuild gives its nodes the environment of the
/// build that they work for.
/// </summary>
internal static class BuildVariables
{
    private static readonly Func<string, string?> Variable = Environment.GetEnvironmentVariable;

    public static SecretValues Secrets { get; } = new(Variable);

    /// <summary>A part of a registry's login; empty where the variable is not set.</summary>
    public static string Login(string name) => Variable(name) ?? "";
}

using ContainerTrain.Engine;

namespace ContainerTrain.Tasks;

/// <summary>
/// Secrets from the build's environment. The one place that reads the process's environment itself: as a property or a
/// task's parameter, a value would be in every binary and diagnostic log. MSBuild gives its nodes the environment of the
/// build that they work for.
/// </summary>
internal static class BuildVariables
{
    public static SecretValues Secrets { get; } = new(Environment.GetEnvironmentVariable);
}

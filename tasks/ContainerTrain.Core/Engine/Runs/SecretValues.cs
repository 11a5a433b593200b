using System.Collections.Immutable;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Reads secrets where the plan says they are, when the run begins and not before.</summary>
/// <param name="variable">A variable of the build's environment, null if it is not set.</param>
public sealed class SecretValues(Func<string, string?> variable)
{
    private const int MostBytes = 1 << 20;

    /// <summary>An environment in which nothing is set.</summary>
    public static SecretValues None { get; } = new(_ => null);

    /// <summary>Finds secrets without a value before anything is built for the run.</summary>
    /// <exception cref="ProblemException">CT1051 for each of them.</exception>
    public void Check(RunPlan run) => Read(run.Secrets);

    /// <exception cref="ProblemException">CT1051 for each secret without a value.</exception>
    internal ImmutableArray<(SecretPlan Secret, byte[] Content)> Read(ImmutableArray<SecretPlan> secrets)
    {
        var problems = new List<Problem>();
        var values = secrets.Select(secret => (secret, Content: Read(secret, problems))).ToImmutableArray();
        return problems.Count == 0 ? values : throw new ProblemException(problems);
    }

    private byte[] Read(SecretPlan secret, List<Problem> problems)
    {
        try
        {
            var content = secret.File.Length > 0 ? ReadFile(secret.File) : Encoding.UTF8.GetBytes(variable(secret.Variable) ?? throw new IOException($"{secret} is not set"));
            return content.Length > 0 ? content : throw new IOException($"{secret} is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(Codes.SecretWithoutValue.With(secret.Name, e.Message.TrimEnd('.')));
            return [];
        }
    }

    private static byte[] ReadFile(string file) =>
        Directory.Exists(file) ? throw new IOException($"'{file}' is a folder")
        : new FileInfo(file).Length <= MostBytes ? File.ReadAllBytes(file)
        : throw new IOException($"'{file}' has more than {MostBytes} bytes");
}

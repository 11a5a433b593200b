using System.Collections.Concurrent;
using System.Reflection;
using ContainerTrain.Sdk.Tests;
using Xunit.v3;

[assembly: BuildLogs]

namespace ContainerTrain.Sdk.Tests;

/// <summary>Keeps the build logs of tests that fail, beside the test report.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class BuildLogsAttribute : BeforeAfterTestAttribute
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> Logs = new(StringComparer.Ordinal);

    /// <summary>Notes a log of the test that is running.</summary>
    public static void Add(string log) =>
        Logs.GetOrAdd(TestContext.Current.Test?.UniqueID ?? "", _ => new ConcurrentQueue<string>()).Enqueue(log);

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (!Logs.TryRemove(test.UniqueID, out var logs) || TestContext.Current.TestState?.Result != TestResult.Failed)
            return;
        Directory.CreateDirectory(Packages.Results);
        foreach (var log in logs.Where(File.Exists))
            File.Copy(log, Path.Combine(Packages.Results, $"{methodUnderTest.DeclaringType!.Name}.{methodUnderTest.Name}.{Path.GetFileName(log)}"), overwrite: true);
    }
}

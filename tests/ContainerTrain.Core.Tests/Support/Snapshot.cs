namespace ContainerTrain.Tests;

/// <summary>
/// Compares a text with a file of the repository. On a difference the text is written beside it as <c>.received.</c>;
/// with CONTAINERTRAIN_ACCEPT_SNAPSHOTS=1 it replaces the file, so that the change is seen in review.
/// </summary>
internal static class Snapshot
{
    private const string AcceptVariable = "CONTAINERTRAIN_ACCEPT_SNAPSHOTS";

    /// <param name="name">Of the snapshot, such as <c>Gpu</c>.</param>
    /// <param name="extension">Such as <c>Dockerfile</c>.</param>
    public static void Matches(string text, string name, string extension)
    {
        var folder = Repository.At("tests/ContainerTrain.Core.Tests/Snapshots");
        var verified = Path.Join(folder, $"{name}.verified.{extension}");
        var received = Path.Join(folder, $"{name}.received.{extension}");
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
            File.WriteAllText(verified, text);
        if (File.Exists(verified) && File.ReadAllText(verified) == text)
        {
            File.Delete(received);
            return;
        }
        File.WriteAllText(received, text);
        Assert.Fail($"""
            The text is not that of the snapshot. If the change is meant, run the test again with {AcceptVariable}=1.
              verified: {verified}
              received: {received}
            """);
    }
}

namespace ContainerTrain.Runtime.Tests;

/// <summary>
/// Tests that calculate with torch. Its native libraries need a newer system than some build machines are. They run one
/// after the other because a seed is only worth something while nobody else draws from torch's generator.
/// </summary>
[Trait("Needs", "torch")]
[Collection("torch")]
public abstract class NeedsTorch
{
    private static readonly string? LoadFailure = new TorchAccelerator().Load();

    protected NeedsTorch()
    {
        if (LoadFailure is not null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"torch is required in CI: {LoadFailure}");
            Assert.Skip($"TorchSharp's native libraries do not load here: {LoadFailure}");
        }
    }
}

using ContainerTrain.Plan;
using CsCheck;

namespace ContainerTrain.Tests;

public sealed class AGpuRequest
{
    [Theory]
    [InlineData("", true, "all")]
    [InlineData("", false, "none")]
    [InlineData("auto", true, "all")]
    [InlineData("AUTO", false, "none")]
    [InlineData("none", true, "none")]
    [InlineData("0", true, "none")]
    [InlineData("all", false, "all")]
    [InlineData(" 2 ", false, "2")]
    [InlineData("device=0,1", false, "device=0,1")]
    [InlineData("device=0;1", false, "device=0,1")]
    [InlineData("Device=GPU-8ae02ab1-2b4f", false, "device=GPU-8ae02ab1-2b4f")]
    [InlineData("device=MIG-GPU-1/2/3", false, "device=MIG-GPU-1/2/3")]
    public void IsReadAsItIsWritten(string text, bool hostHasGpu, string expected)
    {
        Assert.True(GpuRequest.TryParse(text, hostHasGpu, out var request));
        Assert.Equal(expected, request.ToString());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("some")]
    [InlineData("device=")]
    [InlineData("device=0,")]
    [InlineData("device=0,0")]
    [InlineData("device=cpu")]
    [InlineData("device=0 1")]
    [InlineData("device=٣")]
    [InlineData("99999999999")]
    public void ThatIsNoneIsRefused(string text) => Assert.False(GpuRequest.TryParse(text, hostHasGpu: true, out _));

    [Fact]
    public void FollowsTheHostOnlyIfItIsAuto() => Gen.OneOfConst("none", "all", "3", "device=0").Sample(text =>
        GpuRequest.TryParse(text, true, out var with) && GpuRequest.TryParse(text, false, out var without) && with.ToString() == without.ToString());

    [Fact]
    public void DecidesTheDevice()
    {
        Assert.Equal("cpu", (Given.RunPlan with { Gpus = GpuRequest.None }).Device);
        Assert.Equal("cuda", (Given.RunPlan with { Gpus = GpuRequest.All }).Device);
        Assert.Equal("cuda", (Given.RunPlan with { Gpus = new GpuRequest(0, ["0"]) }).Device);
    }

    [Fact]
    public void IsTheSameAfterWritingAndReading() => Gen.Select(Gen.Int[-1, 16], Gen.Int[0, 99].HashSet[0, 4]).Sample((count, devices) =>
    {
        var request = new GpuRequest(devices.Count > 0 ? 0 : count, [.. devices.Select(device => $"{device}")]);
        return GpuRequest.TryParse(request.ToString(), hostHasGpu: false, out var read) && read.ToString() == request.ToString() && read.IsNone == request.IsNone;
    });
}

namespace ContainerTrain.Sdk.Tests;

/// <summary>A machine whose Docker knows no GPU.</summary>
public sealed class NoGpu(Packages packages, DockerEngine engine)
{
    [Fact]
    public async Task FailsWithCT3020BeforeTheImageIsBuiltWhereOneIsRequired()
    {
        Require();
        var project = TrainProject.Dummy(packages);

        var build = (await project.TrainAsync("-p:TrainGpus=all", "-p:TrainEngine=docker")).FailedWith("CT3020");

        Assert.Contains("TrainGpus=all needs a GPU", build["CT3020"].Text, StringComparison.Ordinal);
        Assert.Equal("", await DockerEngine.ImagesOfAsync(project));
        Assert.Empty(project.Runs);
    }

    [Fact]
    public async Task StillBuildsAnImageForAnotherMachine()
    {
        Require();
        var project = TrainProject.Dummy(packages);

        var build = await project.BuildAsync("-p:TrainGpus=all", "-p:TrainEngine=docker", "-p:TrainBuildImage=true");

        Assert.True(build.ExitCode == 0, build.Output);
        Assert.NotEqual("", await DockerEngine.ImagesOfAsync(project));
    }

    [Fact]
    public async Task SaysOnceThatAutoChoseTheCpu()
    {
        Require();
        Assert.SkipWhen(File.Exists("/dev/nvidia0"), "this machine has an NVIDIA GPU");
        var project = TrainProject.Dummy(packages);

        var build = await project.TrainAsync("-p:TrainEngine=docker", "-p:TrainArguments=out=ran");

        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Equal(2, build.Output.Split("TrainGpus=auto: cpu, as this host shows no NVIDIA device").Length);
    }

    private void Require()
    {
        engine.Require();
        Assert.SkipWhen(File.Exists("/usr/bin/nvidia-container-runtime-hook"), "this machine's Docker knows NVIDIA GPUs");
    }
}

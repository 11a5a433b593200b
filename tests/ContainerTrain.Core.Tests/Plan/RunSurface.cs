using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class PublishedPorts
{
    [Fact]
    public void AreThoseWithAHostPortAndOnTheLoopbackAddress()
    {
        var plan = Given.Plan(Ports(
            Given.Item("8080"), Given.Item("6006", ("HostPort", "16006")), Given.Item("53", ("Type", "UDP"), ("HostPort", "AUTO"), ("HostAddress", "0.0.0.0")), Given.Item("9", ("HostPort", "0"), ("HostAddress", "::1"))));
        Assert.Equal([new PortPlan(6006, "tcp", "127.0.0.1", 16006), new PortPlan(53, "udp", "0.0.0.0", 0), new PortPlan(9, "tcp", "::1", 0)], plan.Run.Ports);
        Assert.Equal(["9/tcp", "53/udp", "6006/tcp", "8080/tcp"], plan.Image.Ports);
    }

    [Theory]
    [InlineData("80a", "", "has the HostPort '80a', which is neither a port nor auto")]
    [InlineData("65536", "", "has the HostPort '65536', which is neither a port nor auto")]
    [InlineData("-1", "", "has the HostPort '-1', which is neither a port nor auto")]
    [InlineData("80", "localhost", "has the HostAddress 'localhost', which is no IP address")]
    [InlineData("80", "1", "has the HostAddress '1', which is no IP address")]
    [InlineData("80", "fe80::1%eth0", "has the HostAddress 'fe80::1%eth0', which is no IP address")]
    public void OfAWrongPlaceAreCT1034(string port, string address, string message) => Assert.Equal(
        $"ContainerPort '6006/tcp' {message}.",
        Given.OnlyProblem(Codes.InvalidPublication, Ports(Given.Item("6006", ("HostPort", port), ("HostAddress", address)))).Message);

    [Fact]
    public void WithAnAddressAloneAreCT1034() => Assert.Equal(
        "ContainerPort '6006' has the HostAddress '127.0.0.1' and no HostPort.",
        Given.OnlyProblem(Codes.InvalidPublication, Ports(Given.Item("6006", ("HostAddress", "127.0.0.1")))).Message);

    [Theory]
    [InlineData("", "", true)]
    [InlineData("127.0.0.1", "0.0.0.0", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    public void AtOnePlaceAreCT1034(string first, string second, bool collide)
    {
        var inputs = Ports(Given.Item("1", ("HostPort", "80"), ("HostAddress", first)), Given.Item("2", ("HostPort", "80"), ("HostAddress", second)), Given.Item("2", ("Type", "udp"), ("HostPort", "80")));
        if (collide)
            Assert.EndsWith(":80, as is '1/tcp'.", Given.OnlyProblem(Codes.InvalidPublication, inputs).Message, StringComparison.Ordinal);
        else
            Given.Plan(inputs);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("host")]
    [InlineData("container:other")]
    public void OfAContainerWithoutANetworkOfItsOwnAreCT1037(string network)
    {
        var inputs = Ports(Given.Item("6006", ("HostPort", "auto")));
        Assert.StartsWith(
            $"TrainNetwork={network} does not go with the HostPort of ContainerPort '6006/tcp': ",
            Given.OnlyProblem(Codes.SettingsExclude, inputs with { Run = inputs.Run with { Network = network } }).Message, StringComparison.Ordinal);
    }

    private static TrainInputs Ports(params InputItem[] ports) => Given.Image(image => image with { Ports = [.. ports] });
}

public sealed class VariablesOfTheRun
{
    [Fact]
    public void AreInTheRunAndNotInTheImage()
    {
        var plan = Given.Plan(Variables(Given.Item("A", ("Value", "1")), Given.Item("B", ("Value", "")), Given.Item("A", ("Value", "x=\"$HOME\"\n"))));
        Assert.Equal("A=x=\"$HOME\"\n,B=", string.Join(',', plan.Run.Environment.Select(pair => $"{pair.Key}={pair.Value}")));
        Assert.Empty(plan.Image.Environment);
        Assert.Equal(Given.DefaultPlan.ImageKey, plan.ImageKey);
    }

    [Theory]
    [InlineData("1A", "is no variable name: letters, digits and '_', not beginning with a digit")]
    [InlineData("A=B", "is no variable name: letters, digits and '_', not beginning with a digit")]
    [InlineData("A\n", "is no variable name: letters, digits and '_', not beginning with a digit")]
    [InlineData("TRAIN_DEVICE", "has a name that the SDK keeps for what it tells the program; a TrainHyperparameter 'x' is the variable TRAIN_HP_X")]
    public void OfAWrongNameAreCT1035(string name, string message) => Assert.Equal(
        $"TrainEnvironmentVariable '{name}' {message}.", Given.OnlyProblem(Codes.InvalidVariable, Variables(Given.Item(name, ("Value", "x")))).Message);

    [Fact]
    public void WithoutAValueAreCT1035() =>
        Assert.Equal("TrainEnvironmentVariable 'HOME' has no Value.", Given.OnlyProblem(Codes.InvalidVariable, Variables(Given.Item("HOME"))).Message);

    private static TrainInputs Variables(params InputItem[] variables) => Given.Run(run => run with { Environment = [.. variables] });
}

public sealed class TextThatNoProgramCanBeGiven
{
    public static TheoryData<string, string, Func<RunInputs, RunInputs>> Texts => new()
    {
        { "The Value of TrainEnvironmentVariable 'A'", "has a character of code 0, where a program's text ends", run => run with { Environment = [Given.Item("A", ("Value", "x\0y"))] } },
        { "The Value of TrainEnvironmentVariable 'A'", "has half of a character (a lone surrogate), which is no text", run => run with { Environment = [Given.Item("A", ("Value", "x\ud83d"))] } },
        { "The Value of TrainEnvironmentVariable 'A'", "has 131072 bytes, and Linux hands a program at most 131071 in one piece", run => run with { Environment = [Given.Item("A", ("Value", new string('x', 131_070)))] } },
        { "The Value of TrainHyperparameter 'a'", "has a character of code 0, where a program's text ends", run => run with { Hyperparameters = [Given.Item("a", ("Value", "\0"))] } },
        { "An argument in TrainArguments", "has 131072 bytes, and Linux hands a program at most 131071 in one piece", run => run with { Arguments = "a " + new string('x', 131_072) } },
        { "The path of a TrainData item", "has a character of code 0, where a program's text ends", run => run with { Data = [Given.Item("a\0b", ("TargetPath", "x"))] } },
    };

    [Theory]
    [MemberData(nameof(Texts), DisableDiscoveryEnumeration = true)]
    public void IsCT1036(string what, string why, Func<RunInputs, RunInputs> change) =>
        Assert.Equal($"{what} {why}.", Problems(change).First(problem => problem.Code == Codes.UncarriableText).Message);

    [Fact]
    public void IsNotTheLongestThatLinuxTakes() => Assert.Empty(Problems(run => run with
    {
        Environment = [Given.Item("A", ("Value", new string('x', 131_069)))], Arguments = new string('x', 131_071),
    }));

    private static System.Collections.Immutable.ImmutableArray<Problem> Problems(Func<RunInputs, RunInputs> change) => Given.Problems(Given.Run(change));
}

public sealed class LimitsOfARun
{
    [Fact]
    public void AreInThePlan()
    {
        var run = Given.Plan(Given.Run(run => run with
        {
            Memory = "8g", MemorySwap = "12g", CpuSet = " 0-3,6 ", PidsLimit = "100", Ulimits = [Given.Item("NOFILE", ("Soft", "10"), ("Hard", "unlimited")), Given.Item("memlock", ("Soft", "Unlimited"))],
        })).Run;
        Assert.Equal((8L << 30, 12L << 30, "0-3,6", 100L), (run.Memory, run.MemorySwap, run.CpuSet, run.PidsLimit));
        Assert.Equal([new UlimitPlan("memlock", -1, -1), new UlimitPlan("nofile", 10, -1)], run.Ulimits);
        Assert.Equal(-1, Given.Plan(Given.Run(run => run with { Memory = "1g", MemorySwap = "unlimited" })).Run.MemorySwap);
    }

    public static TheoryData<string, string, Func<RunInputs, RunInputs>> Wrong => new()
    {
        { "CT1003", "TrainMemory is '5m'. Expected at least 6m, the least that engines take.", run => run with { Memory = "5m" } },
        { "CT1003", "TrainMemorySwap is '1g'. Expected at least TrainMemory, which is 2g: it counts memory and swap together.", run => run with { Memory = "2g", MemorySwap = "1g" } },
        { "CT1003", "TrainMemorySwap is 'lots'. Expected a size such as 4g, memory included, or unlimited.", run => run with { Memory = "2g", MemorySwap = "lots" } },
        { "CT1037", "TrainMemorySwap=4g does not go with a TrainMemory that is not set: it is a limit on memory and swap together.", run => run with { MemorySwap = "4g" } },
        { "CT1003", "TrainCpuSet is '3-1'. Expected numbers of processors and ranges of them, such as 0-3,6.", run => run with { CpuSet = "3-1" } },
        { "CT1003", "TrainCpuSet is '0,'. Expected numbers of processors and ranges of them, such as 0-3,6.", run => run with { CpuSet = "0," } },
        { "CT1003", "TrainCpuSet is 'all'. Expected numbers of processors and ranges of them, such as 0-3,6.", run => run with { CpuSet = "all" } },
        { "CT1054", "TrainUlimit 'nofile' has Soft '64k', which is neither a whole number nor unlimited.", run => run with { Ulimits = [Given.Item("nofile", ("Soft", "64k"))] } },
        { "CT1054", "TrainUlimit 'nofile' has Soft '', which is neither a whole number nor unlimited.", run => run with { Ulimits = [Given.Item("nofile")] } },
        { "CT1054", "TrainUlimit 'nofile' has the Soft limit '9' above the Hard limit '8'.", run => run with { Ulimits = [Given.Item("nofile", ("Soft", "9"), ("Hard", "8"))] } },
        { "CT1054", "TrainUlimit 'nofile' has the Soft limit 'unlimited' above the Hard limit '8'.", run => run with { Ulimits = [Given.Item("nofile", ("Soft", "unlimited"), ("Hard", "8"))] } },
        { "CT1054", "TrainUlimit 'nofile' is given 2 times.", run => run with { Ulimits = [Given.Item("nofile", ("Soft", "1")), Given.Item("NoFile", ("Soft", "2"))] } },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void ThatAreWrongSaySo(string code, string message, Func<RunInputs, RunInputs> change)
    {
        var problem = Assert.Single(Given.Problems(Given.Run(change)));
        Assert.Equal((code, message), (problem.Code.Id, problem.Message));
    }

    [Fact]
    public void OfAnUnknownNameAreCT1001() => Assert.Matches(
        "^TrainUlimit is 'nofiles'. Allowed: core, cpu, .*, stack. Did you mean 'nofile'\\?$",
        Given.OnlyProblem(Codes.UnknownValue, Given.Run(run => run with { Ulimits = [Given.Item("nofiles", ("Soft", "1"))] })).Message);
}

public sealed class WhatAContainerGets
{
    [Fact]
    public void IsInThePlan()
    {
        var run = Given.Plan(Given.Run(run => run with
        {
            WorkingDirectory = "/work dir", Init = "False", Network = "my-net",
            Devices = [Given.Item("/dev/fuse"), Given.Item("/dev/a", ("TargetPath", "/dev/b"), ("Permissions", "R"))],
            ExtraHosts = [Given.Item("tracking", ("Address", "10.0.0.1")), Given.Item("v6.local", ("Address", "fd00::1")), Given.Item("host", ("Address", "host-gateway"))],
            Capabilities = [Given.Item("sys_ptrace"), Given.Item("CAP_IPC_LOCK"), Given.Item("SYS_PTRACE")],
        })).Run;
        Assert.Equal(("/work dir", false, "my-net"), (run.WorkingDirectory, run.Init, run.Network));
        Assert.Equal([new DevicePlan("/dev/fuse", "/dev/fuse", "rwm"), new DevicePlan("/dev/a", "/dev/b", "r")], run.Devices);
        Assert.Equal(["tracking:10.0.0.1", "v6.local:fd00::1", "host:host-gateway"], run.ExtraHosts);
        Assert.Equal(["IPC_LOCK", "SYS_PTRACE"], run.Capabilities);
    }

    public static TheoryData<string, string, Func<RunInputs, RunInputs>> Wrong => new()
    {
        { "CT1007", "TrainWorkingDirectory 'app' is no absolute Linux path.", run => run with { WorkingDirectory = "app" } },
        { "CT1007", "TrainWorkingDirectory '/app/..' is no absolute Linux path.", run => run with { WorkingDirectory = "/app/.." } },
        { "CT1007", "TrainNetwork 'my net' is no network: none, host, bridge, or a name of letters, digits, '_', '.' and '-'.", run => run with { Network = "my net" } },
        { "CT1001", "TrainInit is 'yes'. Allowed: true, false.", run => run with { Init = "yes" } },
        { "CT1053", "TrainDevice 'fuse' is no absolute path below '/'.", run => run with { Devices = [Given.Item("fuse", ("TargetPath", "/dev/fuse"))] } },
        { "CT1053", "TrainDevice '/dev/fuse' has the TargetPath '/', which is no absolute path below '/'.", run => run with { Devices = [Given.Item("/dev/fuse", ("TargetPath", "/"))] } },
        { "CT1053", "TrainDevice '/dev/fuse' has the Permissions 'rx', which are not of r, w and m, each once.", run => run with { Devices = [Given.Item("/dev/fuse", ("Permissions", "rx"))] } },
        { "CT1053", "TrainDevice '/dev/fuse' has the Permissions 'rr', which are not of r, w and m, each once.", run => run with { Devices = [Given.Item("/dev/fuse", ("Permissions", "rr"))] } },
        { "CT1055", "TrainExtraHost 'my host' is no host's name: letters, digits, '_', '-' and '.'.", run => run with { ExtraHosts = [Given.Item("my host", ("Address", "10.0.0.1"))] } },
        { "CT1055", "TrainExtraHost 'a' has the Address 'b', which is neither an IP address nor host-gateway.", run => run with { ExtraHosts = [Given.Item("a", ("Address", "b"))] } },
        { "CT1055", "TrainExtraHost 'a' has the Address '', which is neither an IP address nor host-gateway.", run => run with { ExtraHosts = [Given.Item("a")] } },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void SaysWhatIsWrong(string code, string message, Func<RunInputs, RunInputs> change)
    {
        var problem = Assert.Single(Given.Problems(Given.Run(change)));
        Assert.Equal((code, message), (problem.Code.Id, problem.Message));
    }

    [Theory]
    [InlineData("SYS_PTRAC", " Did you mean 'SYS_PTRACE'?")]
    [InlineData("ALL", "")]
    public void HasOnlyCapabilitiesThatThereAre(string name, string suggestion) => Assert.Matches(
        $"^TrainCapability is '{name}'\\. Allowed: AUDIT_CONTROL, .*, WAKE_ALARM\\.{suggestion.Replace("?", "\\?", StringComparison.Ordinal)}$",
        Given.OnlyProblem(Codes.UnknownValue, Given.Run(run => run with { Capabilities = [Given.Item(name)] })).Message);

    [Fact]
    public void ThatIsWrongIsSaidAllAtOnce() => Assert.Equal(
        ["CT1003", "CT1007", "CT1035", "CT1053", "CT1055", "CT1050"],
        Given.Problems(Given.Run(run => run with
        {
            CpuSet = "x", WorkingDirectory = "x", Environment = [Given.Item("1", ("Value", ""))], Devices = [Given.Item("x", ("TargetPath", "/x"))], ExtraHosts = [Given.Item("a")], Secrets = [Given.Item("s")],
        })).Select(problem => problem.Code.Id));
}

public sealed class SecretsOfAProject
{
    [Fact]
    public void AreInThePlanByNameAndPlace() => Assert.Equal(
        [new SecretPlan("token", "", "HF_TOKEN"), new SecretPlan("key.pem", "/src/private/key.pem", "")],
        Given.Plan(Secrets(Given.Item("token", ("EnvironmentVariable", "HF_TOKEN")), Given.Item("key.pem", ("Source", "../private/key.pem")))).Run.Secrets);

    public static TheoryData<string, InputItem[]> Wrong => new()
    {
        { "'token' has neither a Source nor an EnvironmentVariable", [Given.Item("token")] },
        { "'token' has both a Source and an EnvironmentVariable", [Given.Item("token", ("Source", "a"), ("EnvironmentVariable", "A"))] },
        { "'token' is given 2 times", [Given.Item("token", ("Source", "a")), Given.Item("token", ("Source", "b"))] },
        { "'token' has an EnvironmentVariable that is no variable's name: letters, digits and '_', not beginning with a digit", [Given.Item("token", ("EnvironmentVariable", "A B"))] },
        { "'token' has a Source that has a character of code 0, where a program's text ends", [Given.Item("token", ("Source", "a\0"))] },
        { "'../x' has a name that is no file's name: letters, digits, '_', '-' and '.', beginning with a letter, a digit or '_', at most 200", [Given.Item("../x", ("Source", "a"))] },
        { "'.lock' has a name that is no file's name: letters, digits, '_', '-' and '.', beginning with a letter, a digit or '_', at most 200", [Given.Item(".lock", ("Source", "a"))] },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void ThatAreWrongAreCT1050(string message, InputItem[] secrets) =>
        Assert.Equal($"TrainSecret {message}.", Given.OnlyProblem(Codes.InvalidSecret, Secrets(secrets)).Message);

    [Fact]
    public void WithTheirValueInTheProjectAreRefusedWithoutRepeatingIt()
    {
        var problem = Given.OnlyProblem(Codes.InvalidSecret, Secrets(Given.Item("token", ("Value", "hunter2"), ("EnvironmentVariable", "A"))));
        Assert.Equal("TrainSecret 'token' has a Value: a secret's value must not be in a project.", problem.Message);
        Assert.All(Given.Problems(Secrets(Given.Item("token", ("EnvironmentVariable", "hunter-2")))), other => Assert.DoesNotContain("hunter", other.Message, StringComparison.Ordinal));
    }

    private static TrainInputs Secrets(params InputItem[] secrets) => Given.Run(run => run with { Secrets = [.. secrets] });
}

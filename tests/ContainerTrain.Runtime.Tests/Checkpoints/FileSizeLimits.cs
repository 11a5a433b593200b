using System.Runtime.InteropServices;

namespace ContainerTrain.Runtime.Tests;

/// <summary>Alone: the limit is one of the whole process.</summary>
[Collection("signals")]
public sealed class FileSizeLimits : IDisposable
{
    private const int FileSize = 1; // RLIMIT_FSIZE of Linux

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AreIOExceptionsAndLeaveNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the limit's number is Linux's");
        var path = _folder.Write("content", "before");
        Assert.Equal(0, GetLimit(FileSize, out var before));
        Assert.Equal(0, SetLimit(FileSize, before with { Current = 1 << 20 }));
        try
        {
            Assert.Throws<IOException>(() => DurableFile.Write(path, stream => stream.Write(new byte[4 << 20])));
        }
        finally
        {
            Assert.Equal(0, SetLimit(FileSize, before));
        }

        Assert.Equal("before", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void AreNotWhatAProgramsOwnMistakeIsTakenFor() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DurableFile.Write(_folder.Path("content"), _ => throw new ArgumentOutOfRangeException("index")));

    [DllImport("libc", EntryPoint = "getrlimit"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int GetLimit(int resource, out Limit limit);

    [DllImport("libc", EntryPoint = "setrlimit"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private record struct Limit(nuint Current, nuint Most);
}

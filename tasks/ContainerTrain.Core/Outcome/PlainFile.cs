using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ContainerTrain.Outcome;

/// <summary>
/// Files of a folder that a training program could write. It may leave anything there: a link would show a file of the
/// host that is none of the run's, and a pipe would keep its reader waiting for ever.
/// </summary>
internal static class PlainFile
{
    private const long MostBytes = 64 << 20;

    // The same numbers on x64 and arm64.
    private const int NonBlockingOnLinux = 0x800;
    private const int CloseOnExecOnLinux = 0x80000;
    private const int NonBlockingOnMac = 0x4;
    private const int CloseOnExecOnMac = 0x1000000;

    /// <summary>Opens a file that is one, to be read while others may write it.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is something else, or cannot be read.</exception>
    public static FileStream OpenRead(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
            throw new FileNotFoundException("there is no such file", path);
        if (info.LinkTarget is not null)
            throw new IOException("it is a link, which is not followed");
        var stream = Open(path);
        // What has no length is a pipe or a terminal.
        if (stream.CanSeek)
            return stream;
        stream.Dispose();
        throw new IOException("it is no regular file");
    }

    /// <summary>All of a file of a size that makes sense.</summary>
    public static byte[] ReadAllBytes(string path)
    {
        using var stream = OpenRead(path);
        if (stream.Length > MostBytes)
            throw new IOException($"it is larger than {MostBytes >> 20} MiB");
        var bytes = new byte[stream.Length];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    private static FileStream Open(string path)
    {
        if (OperatingSystem.IsWindows())
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var flags = OperatingSystem.IsMacOS() ? NonBlockingOnMac | CloseOnExecOnMac : NonBlockingOnLinux | CloseOnExecOnLinux;
        var descriptor = NativeOpen(path, flags);
        return descriptor >= 0
            ? new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read)
            : throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
    }

    /// <summary>.NET's own open waits for a pipe's other end, and has no flag against it.</summary>
    [DllImport("libc", EntryPoint = "open", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int NativeOpen([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}

using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ContainerTrain;

/// <summary>The few system calls that .NET has no method for. Not for Windows.</summary>
internal static class Posix
{
    public const int SigTerm = 15;

    [DllImport("libc", EntryPoint = "geteuid"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static extern uint EffectiveUserId();

    [DllImport("libc", EntryPoint = "getegid"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static extern uint EffectiveGroupId();

    /// <summary>Sends a signal. A process that has ended already is no error.</summary>
    [DllImport("libc", EntryPoint = "kill"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static extern int Kill(int pid, int signal);

    /// <summary>Renames over what is there in one step, also a link to a folder, which <see cref="File.Move(string, string, bool)"/> refuses.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Rename(string from, string to)
    {
        if (NativeRename(from, to) != 0)
            throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
    }

    /// <summary>Makes a hard link; false if the file systems do not allow it.</summary>
    public static bool TryLink(string existing, string link) => NativeLink(existing, link) == 0;

    [DllImport("libc", EntryPoint = "link"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int NativeLink(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string link);

    [DllImport("libc", EntryPoint = "rename", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int NativeRename(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}

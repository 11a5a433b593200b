using System.Runtime.InteropServices;

namespace ContainerTrain.Engine;

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

    /// <summary>Makes a hard link; false if the file systems do not allow it.</summary>
    public static bool TryLink(string existing, string link) => NativeLink(existing, link) == 0;

    [DllImport("libc", EntryPoint = "link"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int NativeLink(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string link);

    /// <summary>Gives a file to another user; false if this process may not.</summary>
    public static bool TryChangeOwner(string path, uint owner, uint group) => NativeChangeOwner(path, owner, group) == 0;

    [DllImport("libc", EntryPoint = "chown"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int NativeChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);
}

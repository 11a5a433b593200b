using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ContainerTrain.Outcome;

/// <summary>The system's own rename, which .NET does not offer for links. Not for Windows.</summary>
internal static class AtomicRename
{
    /// <summary>Renames over what is there in one step, also a link to a folder, which <see cref="File.Move(string, string, bool)"/> refuses.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Over(string from, string to)
    {
        if (Rename(from, to) != 0)
            throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
    }

    [DllImport("libc", EntryPoint = "rename", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Rename(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}

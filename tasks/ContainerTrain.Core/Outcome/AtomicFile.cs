using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ContainerTrain.Outcome;

/// <summary>Files that are replaced in one step: a reader sees the old one or the new one, never half of one.</summary>
internal static class AtomicFile
{
    public static void WriteAllText(string path, string text) => Write(path, temporary => File.WriteAllText(temporary, text));

    public static void WriteAllLines(string path, IEnumerable<string> lines) => Write(path, temporary => File.WriteAllLines(temporary, lines));

    /// <summary>
    /// Renames over what is there, also a link to a folder, which <see cref="File.Move(string, string, bool)"/> refuses.
    /// Not for Windows.
    /// </summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void RenameOver(string from, string to)
    {
        if (Rename(from, to) != 0)
            throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
    }

    private static void Write(string path, Action<string> write)
    {
        var temporary = Temporary(path);
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary); // a full disk must not keep half of it
            throw;
        }
    }

    /// <summary>In the same folder, so that the move is a rename; of this call alone, as two builds may write at once.</summary>
    private static string Temporary(string path) => $"{path}.{Guid.NewGuid():n}";

    [DllImport("libc", EntryPoint = "rename", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Rename(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}

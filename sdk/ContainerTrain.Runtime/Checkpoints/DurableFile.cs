using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace ContainerTrain.Runtime;

/// <summary>
/// Files that are there whole or not at all, also after the machine lost its power: written under another name, brought to
/// the disk, then renamed, and the rename brought to the disk too (the folder's own fsync, see fsync(2)).
/// </summary>
internal static class DurableFile
{
    private const string Temporary = ".tmp";

    /// <summary>Writes a file and returns its length and SHA-256.</summary>
    /// <exception cref="IOException">Nothing of it is left then, and what stood at <paramref name="path"/> before still does.</exception>
    public static (long Bytes, string Sha256) Write(string path, Action<Stream> content)
    {
        var temporary = path + Temporary;
        try
        {
            using var sha256 = SHA256.Create();
            long bytes;
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20))
            {
                using (var hashing = new CryptoStream(file, sha256, CryptoStreamMode.Write, leaveOpen: true))
                {
                    content(hashing);
                }

                file.Flush(flushToDisk: true);
                bytes = file.Length;
            }

            File.Move(temporary, path, overwrite: true);
            FlushDirectory(Path.GetDirectoryName(path)!);
            return (bytes, Convert.ToHexStringLower(sha256.Hash!));
        }
        catch (Exception e)
        {
            TryDelete(temporary);
            // What .NET makes of EFBIG.
            if (e is ArgumentOutOfRangeException { ParamName: "value" })
            {
                throw new IOException("The file is larger than the file system or a limit of the process (ulimit -f) allows.", e);
            }

            throw;
        }
    }

    /// <summary>What writers that were killed have left of files whose names begin like this; others' are theirs.</summary>
    public static void DeleteTemporaries(string directory, string prefix)
    {
        foreach (var file in Directory.EnumerateFiles(directory, prefix + "*" + Temporary))
        {
            TryDelete(file);
        }
    }

    /// <summary>Deletes a file; one that cannot be deleted takes space and does no other harm.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>.NET opens no folders. File systems that cannot flush one say so, and are none the worse for being asked.</summary>
    private static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const int readOnly = 0;
        var descriptor = Open(Encoding.UTF8.GetBytes(directory + "\0"), readOnly);
        if (descriptor >= 0)
        {
            _ = Synchronize(descriptor);
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Synchronize(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Close(int descriptor);
}

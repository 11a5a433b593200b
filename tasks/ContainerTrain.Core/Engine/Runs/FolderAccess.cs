using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using ContainerTrain.Outcome;

namespace ContainerTrain.Engine;

/// <summary>
/// Lets a program of another user (TrainUser) write into the run folder, and the user of the build into what it makes
/// there: an access control list for these two, which what is made below inherits. No mode could do that: it knows one user.
/// </summary>
internal static class FolderAccess
{
    private const uint Nobody = uint.MaxValue;

    /// <summary>Does nothing for a user that is known by a name only, and on a file system without such lists.</summary>
    public static void Grant(RunFolder folder, string user)
    {
        if (OperatingSystem.IsLinux() && user.Length > 0
            && uint.TryParse(user.Split(':')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var program) && Posix.EffectiveUserId() is var own && program != own)
        {
            foreach (var path in new[] { folder.Path, folder.Checkpoints })
            {
                _ = SetAttribute(path, "system.posix_acl_access", List(program), 0);
                _ = SetAttribute(path, "system.posix_acl_default", List(program, own), 0);
            }
        }
    }

    /// <summary>The kernel's form: a version, then tag, permissions and id of each entry, in the order of tags and ids.</summary>
    /// <remarks>https://github.com/torvalds/linux/blob/master/include/uapi/linux/posix_acl_xattr.h</remarks>
    private static byte[] List(params uint[] users)
    {
        const ushort read = 4, write = 2, enter = 1, all = read | write | enter;
        (ushort Tag, ushort Permissions, uint Id)[] entries =
            [(0x01, all, Nobody), .. users.Order().Select(user => ((ushort)0x02, all, user)), (0x04, read | enter, Nobody), (0x10, all, Nobody), (0x20, read | enter, Nobody)];
        var bytes = new byte[4 + (8 * entries.Length)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, 2);
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = bytes.AsSpan(4 + (8 * i), 8);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], entries[i].Permissions);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], entries[i].Id);
        }
        return bytes;
    }

    private static int SetAttribute(string path, string name, byte[] value, int flags) => NativeSetAttribute(path, name, value, (nuint)value.Length, flags);

    [DllImport("libc", EntryPoint = "setxattr"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int NativeSetAttribute(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, byte[] value, nuint size, int flags);
}

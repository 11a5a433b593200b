using System.Collections.Immutable;
using System.Runtime.Versioning;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// A run's secrets as files in memory (tmpfs). Each file is mounted into the container by itself, so that it can be
/// removed from the host as soon as the container has it: what is left behind by a build that is killed later is nothing.
/// </summary>
public sealed class SecretFiles : IDisposable
{
    private const string Prefix = "containertrain-secrets-";
    private const string LockName = ".lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;
    private bool _forgotten;

    private SecretFiles(string folder, FileStream folderLock) => (Folder, _lock) = (folder, folderLock);

    /// <summary>The folder with one file per secret and nothing else that can be read.</summary>
    public string Folder { get; }

    /// <summary>Where such folders are made; the first that is a tmpfs.</summary>
    /// <param name="runtimeDirectory">The variable XDG_RUNTIME_DIR, empty if not set.</param>
    public static ImmutableArray<string> Places(string runtimeDirectory) =>
        runtimeDirectory.Length > 0 ? ["/dev/shm", runtimeDirectory] : ["/dev/shm"];

    /// <summary>The host's path of a secret.</summary>
    internal string PathOf(SecretPlan secret) => Path.Join(Folder, secret.Name);

    /// <summary>Writes the files; null for a run without secrets.</summary>
    /// <exception cref="ProblemException">CT1051 for each secret without a value, CT3052 where no memory can be written to.</exception>
    public static SecretFiles? Create(RunPlan run, SecretValues values, IReadOnlyList<string> places)
    {
        if (run.Secrets.IsEmpty)
            return null;
        var contents = values.Read(run.Secrets);
        if (OperatingSystem.IsWindows())
            throw new ProblemException(Codes.NoMemoryForSecrets.With("Windows has no tmpfs"));
        var root = places.FirstOrDefault(IsMemory) ?? throw new ProblemException(Codes.NoMemoryForSecrets.With(string.Join(", ", places)));
        RemoveAbandoned(root);
        SecretFiles? files = null;
        try
        {
            files = NewIn(root);
            foreach (var (secret, content) in contents)
                Write(files.PathOf(secret), content, run.User);
            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            files?.Dispose(); // those that were written until then
            throw new ProblemException(Codes.NoMemoryForSecrets.With($"{root} ({e.Message})"), e);
        }
    }

    /// <summary>Takes the files from the host; a container that has been started keeps them until it ends.</summary>
    internal void Forget()
    {
        if (_forgotten)
            return;
        _forgotten = true;
        _lock.Dispose();
        TryRemove(Folder);
    }

    public void Dispose() => Forget();

    [UnsupportedOSPlatform("windows")]
    private static SecretFiles NewIn(string root)
    {
        var folder = Path.Join(root, Prefix + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder, OwnerOnly);
        return new SecretFiles(folder, new FileStream(Path.Join(folder, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
    }

    [UnsupportedOSPlatform("windows")]
    private static void Write(string path, byte[] content, string user)
    {
        using (var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead }))
            stream.Write(content);
        if (user.Length == 0)
            return;
        // The program is another user than the one who writes this. Nobody else comes through the folder around it.
        if (!TryGive(path, user))
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    /// <summary>Only root can, and only to a number: names are known inside the image alone.</summary>
    private static bool TryGive(string path, string user)
    {
        var parts = user.Split(':');
        return uint.TryParse(parts[0], out var owner) && Posix.TryChangeOwner(path, owner, parts.Length > 1 && uint.TryParse(parts[1], out var group) ? group : 0);
    }

    private static bool IsMemory(string place)
    {
        try
        {
            return Directory.Exists(place) && new DriveInfo(place).DriveFormat == "tmpfs";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Folders whose build was killed before it came to remove them: nobody holds their lock any more.</summary>
    private static void RemoveAbandoned(string root)
    {
        foreach (var folder in Directory.EnumerateDirectories(root, Prefix + "*"))
        {
            try
            {
                var held = Path.Join(folder, LockName);
                if (File.Exists(held))
                    new FileStream(held, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
                else if (Directory.GetLastWriteTimeUtc(folder) > DateTime.UtcNow.AddMinutes(-1))
                    continue; // just being made
                TryRemove(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, or another user's.
            }
        }
    }

    private static void TryRemove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone already. Else the next run removes it.
        }
    }
}

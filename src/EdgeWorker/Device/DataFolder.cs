using System.Security.Cryptography;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Device;

/// <summary>The folder that holds journal and state. One process at a time owns it.</summary>
internal sealed class DataFolder : IDisposable
{
    private const string LockFile = "lock";
    private const string DeviceFile = "device-id";

    // EWOULDBLOCK, and ERROR_SHARING_VIOLATION: somebody holds it. Anything else, such as a read-only folder, is no other owner.
    private const int LockedOnLinux = 11;
    private const int LockedOnMac = 35;
    private const int LockedOnWindows = unchecked((int)0x80070020);

    private readonly FileStream _lock;
    private readonly OwnerRecord _owner;

    private DataFolder(string path, FileStream held, OwnerRecord owner)
    {
        Path = path;
        _lock = held;
        _owner = owner;
    }

    public string Path { get; }

    /// <summary>What other commands need to talk to this process.</summary>
    public string Token => _owner.Token;

    /// <summary>Takes a folder, making it if need be.</summary>
    /// <returns>The folder, or null if another process owns it.</returns>
    /// <exception cref="DataFolderException">It cannot be made or written.</exception>
    public static DataFolder? TryOwn(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            if (TryLock(System.IO.Path.Combine(path, LockFile)) is not { } held)
            {
                return null;
            }

            // What an owner that was killed has left would send others to a port that may be somebody else's by now.
            var owner = new OwnerRecord(Environment.ProcessId, null, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
            OwnerRecord.Write(path, owner);
            return new DataFolder(path, held, owner);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException(
                $"The data folder {path} cannot be used: {exception.Message} Choose another with --data or Journal:Folder.", exception);
        }
    }

    private static FileStream? TryLock(string file)
    {
        try
        {
            // The system frees the lock with the process, however it ends.
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.HResult is LockedOnLinux or LockedOnMac or LockedOnWindows)
        {
            return null;
        }
    }

    /// <summary>Says where this process can be reached.</summary>
    public void Announce(Uri address) => OwnerRecord.Write(Path, _owner with { Address = address });

    /// <summary>The device's id: the configured one, or the one kept here, made if there is none.</summary>
    /// <exception cref="DataFolderException">The kept id is malformed.</exception>
    public string DeviceId(string? configured)
    {
        if (!string.IsNullOrEmpty(configured))
        {
            return configured;
        }

        var file = System.IO.Path.Combine(Path, DeviceFile);
        if (File.Exists(file))
        {
            var id = File.ReadAllText(file).Trim();
            return DeviceIds.IsValid(id)
                ? id
                : throw new DataFolderException($"{file} holds no device id; an id is {DeviceIds.Rule}. Write the device's id into it, or set Device:Id.");
        }

        var made = $"edge-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var temporary = file + ".new";
        File.WriteAllText(temporary, made + "\n");
        File.Move(temporary, file);
        return made;
    }

    public void Dispose()
    {
        OwnerRecord.Remove(Path);
        _lock.Dispose();
    }
}

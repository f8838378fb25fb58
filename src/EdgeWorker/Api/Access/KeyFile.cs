using System.Text.Json;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>
/// The API keys' file in the data folder, which only its user can read. A running device looks at it with every request, so what a command
/// changes counts at once, and commands need no device. Thread safe, and safe against commands beside each other.
/// </summary>
/// <param name="folder">The data folder.</param>
internal sealed class KeyFile(string folder)
{
    private const int MostNameCharacters = 64;

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(5);

    private readonly string _path = System.IO.Path.Combine(folder, "api-keys.json");

    /// <summary>Where it is.</summary>
    public string Path => _path;

    /// <summary>What a name must be; null if this one is.</summary>
    public static string? WrongName(string name) =>
        name.Length is 0 or > MostNameCharacters || name != name.Trim() || name.Any(char.IsControl)
            ? $"The name must have 1 to {MostNameCharacters} characters, none of them a control character, and no space at either end."
            : null;

    /// <summary>The file's time and length: another file has others. Null if there is none.</summary>
    public (DateTime Written, long Length)? Stamp()
    {
        var info = new FileInfo(_path);
        return info.Exists ? (info.LastWriteTimeUtc, info.Length) : null;
    }

    /// <summary>All keys; none if there is no file.</summary>
    /// <exception cref="KeyFileException">It cannot be read.</exception>
    public ApiKeys Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(_path), KeyJson.Default.ApiKeys) is { } keys && keys.Keys.All(key => key is not null)
                ? keys
                : throw Damaged(null);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return ApiKeys.None;
        }
        catch (JsonException exception)
        {
            throw Damaged(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"{_path} cannot be read: {exception.Message} Make it readable for this user.", exception);
        }
    }

    /// <summary>Changes the keys while no other command does.</summary>
    /// <param name="change">The new keys from those there are.</param>
    /// <param name="cancellationToken">Stops waiting for another command.</param>
    /// <exception cref="KeyFileException">It cannot be read or written; it is as it was.</exception>
    public async Task ChangeAsync(Func<ApiKeys, ApiKeys> change, CancellationToken cancellationToken)
    {
        try
        {
            MakeFolder();
            await using var held = await LockAsync(cancellationToken);
            Write(change(Read()));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"{_path} cannot be written: {exception.Message} Check the data folder's permissions and free space.", exception);
        }
    }

    private void MakeFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private void Write(ApiKeys keys)
    {
        var unfinished = _path + ".new";
        File.Delete(unfinished);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(unfinished, options))
        {
            JsonSerializer.Serialize(file, keys, KeyJson.Default.ApiKeys);
            // On disk before it has the name: a revoked key does not come back with a power cut.
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, _path, overwrite: true);
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LockPatience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (true)
        {
            try
            {
                return new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!patience.IsCancellationRequested)
            {
                // Another command is at it.
            }

            try
            {
                await timer.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Once more, and then the reason is the caller's.
            }
        }
    }

    private KeyFileException Damaged(Exception? exception) => new(
        $"{_path} is damaged; no key is accepted until it is mended. Restore it, or delete it and make new keys with hybrid-edge keys add.", exception);
}

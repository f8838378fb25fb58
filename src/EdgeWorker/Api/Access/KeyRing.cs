using Hybrid.EdgeWorker.Device;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>The API keys as they are now: what a command has changed counts with the next request. Thread safe.</summary>
internal sealed class KeyRing(DataFolder folder, TimeProvider time)
{
    /// <summary>A file changed twice within its clock's tick keeps its time; after so long no tick is that coarse.</summary>
    private static readonly TimeSpan CoarsestTick = TimeSpan.FromSeconds(2);

    private readonly KeyFile _file = new(folder.Path);
    private volatile Known? _known;

    /// <summary>All keys.</summary>
    /// <exception cref="KeyFileException">The file cannot be read.</exception>
    public ApiKeys Now()
    {
        // The stamp before the keys: a file that changes in between is read again with the next request.
        var stamp = _file.Stamp();
        if (_known is { } known && known.Stamp == stamp && known.IsOld)
        {
            return known.Keys;
        }

        var now = time.GetUtcNow().UtcDateTime;
        var keys = stamp is null ? ApiKeys.None : _file.Read();
        _known = new Known(stamp, keys, stamp is null || stamp.Value.Written < now - CoarsestTick);
        return keys;
    }

    private sealed record Known((DateTime Written, long Length)? Stamp, ApiKeys Keys, bool IsOld);
}

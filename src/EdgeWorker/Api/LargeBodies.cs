namespace Hybrid.EdgeWorker.Api;

/// <summary>
/// Bounds what all bodies together take: each may be large, and there may be many, but not many large ones at once. Thread safe.
/// </summary>
/// <param name="options">The API's settings.</param>
/// <param name="memory">Is told of each large body that has gone, whatever became of it.</param>
internal sealed class LargeBodies(ApiOptions options, MemoryReturn memory)
{
    /// <summary>Bytes of a body from which on it is large.</summary>
    public const int Large = 1 << 20;

    /// <summary>Largest bodies that may be held at the same time.</summary>
    private const int Places = 8;

    private readonly MemoryReturn _memory = memory;
    private long _held;

    private long Most => Math.Max(Large, options.MaxBodyBytes);

    /// <summary>Begins to count a body. It is counted until this is disposed.</summary>
    public Hold Begin() => new(this);

    /// <summary>What one body takes.</summary>
    public sealed class Hold(LargeBodies owner) : IDisposable
    {
        private long _bytes;

        /// <summary>Whether a body may grow to a size; below <see cref="Large"/> always.</summary>
        public bool TryGrow(long bytes)
        {
            var more = bytes - _bytes;
            if (bytes < Large || more <= 0)
            {
                return true;
            }

            if (Interlocked.Add(ref owner._held, more) > Places * owner.Most)
            {
                Interlocked.Add(ref owner._held, -more);
                return false;
            }

            _bytes = bytes;
            return true;
        }

        public void Dispose()
        {
            var bytes = Interlocked.Exchange(ref _bytes, 0);
            Interlocked.Add(ref owner._held, -bytes);
            if (bytes > 0)
            {
                owner._memory.AfterLarge();
            }
        }
    }
}

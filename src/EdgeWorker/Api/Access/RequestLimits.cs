using System.Threading.RateLimiting;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>How many requests a key may make in a minute, and how many are worked on at once. Thread safe.</summary>
internal sealed class RequestLimits : IDisposable
{
    private readonly ApiOptions _options;
    private readonly PartitionedRateLimiter<ApiKey> _rates;
    private readonly ConcurrencyLimiter _slots;

    public RequestLimits(ApiOptions options)
    {
        _options = options;
        _rates = PartitionedRateLimiter.Create<ApiKey, (string Id, int Rate)>(
            key => RateLimitPartition.GetTokenBucketLimiter((Id: key.Id, Rate: RateOf(key)), partition => Bucket(partition.Rate)));
        _slots = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = options.MaxRequests });
    }

    /// <summary>Requests a key may make in a minute.</summary>
    public int RateOf(ApiKey key) => key.RequestsPerMinute ?? _options.RequestsPerMinute;

    /// <summary>Takes one of the key's requests; the lease says whether there was one, and if not, when there will be.</summary>
    public RateLimitLease Rate(ApiKey key) => _rates.AttemptAcquire(key);

    /// <summary>Takes a place for as long as the request takes.</summary>
    public RateLimitLease Slot() => _slots.AttemptAcquire();

    public void Dispose()
    {
        _rates.Dispose();
        _slots.Dispose();
    }

    /// <summary>A minute's requests may come at once; then they come back as evenly as seconds allow.</summary>
    private static TokenBucketRateLimiterOptions Bucket(int rate)
    {
        var tokens = Math.Max(1, rate / 60);
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = rate,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) * tokens / rate,
            AutoReplenishment = true,
        };
    }
}

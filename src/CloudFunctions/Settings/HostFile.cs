using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Settings;

/// <summary>What <c>host.json</c> says, so that the pump of <c>--standalone</c> works by the same values as the Functions host.</summary>
/// <param name="FunctionTimeout">The longest one invocation may take.</param>
/// <param name="VisibilityTimeout">How long a message rests after a failed attempt.</param>
/// <param name="MaxDequeueCount">Attempts before a message is put aside.</param>
/// <param name="MaxPollingInterval">The longest wait of an idle queue before it is asked again.</param>
/// <param name="BatchSize">Messages fetched at once.</param>
/// <param name="NewBatchThreshold">The next batch is fetched when so many or fewer are being handled.</param>
/// <param name="MaxConcurrentCalls">Over Service Bus: messages handled at once. 1, and of no effect, over Storage queues.</param>
internal sealed record HostFile(
    TimeSpan FunctionTimeout, TimeSpan VisibilityTimeout, int MaxDequeueCount, TimeSpan MaxPollingInterval, int BatchSize,
    int NewBatchThreshold, int MaxConcurrentCalls)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "host.json";

    /// <summary>What the Functions host lets app settings override the file with; so do we.</summary>
    private const string EnvironmentPrefix = "AzureFunctionsJobHost__";

    /// <summary>The most messages the service hands out at once (Azure Storage, "Get Messages").</summary>
    private const int MostMessages = 32;

    /// <summary>The longest rest, however long messages stay hidden on a Storage queue: it counts towards the function's time.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    /// <summary>Over Service Bus: how long a failed attempt keeps its message.</summary>
    public TimeSpan Rest => VisibilityTimeout < LongestRest ? VisibilityTimeout : LongestRest;

    /// <summary>Reads the file beside the program.</summary>
    /// <param name="failures">Where failures are added.</param>
    /// <param name="overServiceBus">Whether messages come from Service Bus; else its values are not looked at.</param>
    public static HostFile Read(List<string> failures, bool overServiceBus)
    {
        var configuration = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile(FileName, optional: true)
            .AddEnvironmentVariables(EnvironmentPrefix)
            .Build();
        var queues = new SettingsReader(configuration.GetSection("extensions:queues"), failures, FileName, EnvironmentPrefix);
        var batch = queues.Number("batchSize", 1, MostMessages) ?? 16;
        var timeout = ReadTimeout(configuration, failures);
        return new HostFile(
            timeout,
            queues.Duration("visibilityTimeout", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromDays(7)),
            queues.Number("maxDequeueCount", 1, 1000) ?? 5,
            queues.Duration("maxPollingInterval", TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            batch,
            queues.Number("newBatchThreshold", 0, 1000) ?? batch / 2,
            overServiceBus ? ReadServiceBus(configuration, timeout, failures) : 1);
    }

    /// <summary>How many messages to ask for over Storage queues, which are fetched in batches.</summary>
    /// <param name="running">How many are being handled.</param>
    public int BatchRoom(int running) => running > NewBatchThreshold ? 0 : BatchSize;

    /// <summary>How many messages to ask for over brokers that hand them out one by one.</summary>
    /// <param name="running">How many are being handled.</param>
    public int CallRoom(int running) => Math.Max(0, MaxConcurrentCalls - running);

    private static int ReadServiceBus(IConfigurationRoot configuration, TimeSpan functionTimeout, List<string> failures)
    {
        var bus = new SettingsReader(configuration.GetSection("extensions:serviceBus"), failures, FileName, EnvironmentPrefix);
        // The host's own default.
        var renewal = bus.Duration("maxAutoLockRenewalDuration", TimeSpan.FromMinutes(5), TimeSpan.Zero, TimeSpan.FromDays(1));
        if (renewal < functionTimeout)
        {
            bus.Fail(
                "maxAutoLockRenewalDuration", $"'{renewal}'",
                $"it must not be shorter than functionTimeout ({functionTimeout}), or a message is delivered again while its call still runs");
        }

        if (bus.Text("autoCompleteMessages") is { } complete && !string.Equals(complete, bool.TrueString, StringComparison.OrdinalIgnoreCase))
        {
            bus.Fail("autoCompleteMessages", $"'{complete}'", "it must be true: a custom handler has no other way to complete a message");
        }

        return bus.Number("maxConcurrentCalls", 1, 1000) ?? Environment.ProcessorCount * 16;
    }

    private static TimeSpan ReadTimeout(IConfiguration configuration, List<string> failures)
    {
        const string key = "functionTimeout";
        if (configuration[key] is not { } value)
        {
            return TimeSpan.FromMinutes(5);
        }

        if (TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var timeout)
            && timeout > TimeSpan.Zero
            && timeout <= TimeSpan.FromDays(1))
        {
            return timeout;
        }

        failures.Add(
            $"{key} is '{value}'; it must be a length of time of at most a day, as hh:mm:ss. "
            + $"Set it in {FileName} or {EnvironmentPrefix}{key}.");
        return TimeSpan.FromMinutes(5);
    }
}

using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;

namespace Hybrid.EdgeWorker.Tests.Hostile;

/// <summary>What another .NET program holds, told by the runtime's diagnostics port and the system: the program has no part in it (Linux).</summary>
internal static class WorkerMemory
{
    /// <summary>Has the runtime collect everything that nobody holds (GCHeapCollectKeyword of the runtime's event provider).</summary>
    private const long CollectHeap = 0x800000;

    /// <summary>Private bytes of a process after it has collected its garbage.</summary>
    public static async Task<long> CollectedBytesAsync(int process, CancellationToken cancellationToken)
    {
        using (var session = await new DiagnosticsClient(process).StartEventPipeSessionAsync(
            [new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, CollectHeap)], requestRundown: false, token: cancellationToken))
        {
            var reading = session.EventStream.CopyToAsync(Stream.Null, cancellationToken);
            await session.StopAsync(cancellationToken);
            await reading;
        }

        return await PrivateBytesAsync(process, cancellationToken);
    }

    /// <summary>Private bytes of a process as it is.</summary>
    public static async Task<long> PrivateBytesAsync(int process, CancellationToken cancellationToken)
    {
        var line = (await File.ReadAllLinesAsync($"/proc/{process}/status", cancellationToken)).Single(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}

using System.Diagnostics;
using Hybrid.Contracts;

namespace Hybrid.CloudFunctions.Diagnostics;

/// <summary>The names under which this program is watched, and its activities.</summary>
internal static class CloudDiagnostics
{
    /// <summary>The activity source's name.</summary>
    public const string Name = "Hybrid.CloudFunctions";

    /// <summary>The source of the events this program sends.</summary>
    public static string Source { get; } = EventFormat.FunctionSource("hybrid-cloud");

    /// <summary>Spans of handled messages. Tags carry ids and sizes, never texts.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    /// <summary>Begins a span under the trace that came with a message.</summary>
    public static Activity? Begin(string name, string? traceParent) =>
        Activities.StartActivity(
            name, ActivityKind.Consumer, ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent) ? parent : default);
}

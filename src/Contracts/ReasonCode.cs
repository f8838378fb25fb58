using System.Text.Json.Serialization;

namespace Hybrid.Contracts;

/// <summary>Why a prompt went where it went, or why it failed. Newer senders may add codes, so any short text is read.</summary>
/// <param name="Value">The code: lower-case words joined by underscores.</param>
[JsonConverter(typeof(ReasonCodeConverter))]
public readonly record struct ReasonCode(string Value)
{
    /// <summary>The configured mode decided.</summary>
    public static ReasonCode Mode => new("mode");

    /// <summary>The caller named a model.</summary>
    public static ReasonCode Pinned => new("pinned");

    /// <summary>A chore of a chat program (title, tags, follow-ups and the like): answered on the device, never escalated.</summary>
    public static ReasonCode Chore => new("chore");

    /// <summary>The prompt needs tools, which the local model cannot call.</summary>
    public static ReasonCode Tools => new("tools");

    /// <summary>The prompt asks for something its model cannot do; another prompt may well be answered.</summary>
    public static ReasonCode Unsupported => new("unsupported");

    /// <summary>The prompt does not fit the local model's context.</summary>
    public static ReasonCode TooLong => new("too_long");

    /// <summary>The cloud cannot be reached.</summary>
    public static ReasonCode Offline => new("offline");

    /// <summary>The local answer's confidence lay below the threshold.</summary>
    public static ReasonCode Unsure => new("unsure");

    /// <summary>The deadline came first.</summary>
    public static ReasonCode Deadline => new("deadline");

    /// <summary>The cloud took too long, and the local model answered instead.</summary>
    public static ReasonCode CloudLate => new("cloud_late");

    /// <summary>No route was allowed; the detail names the constraints.</summary>
    public static ReasonCode NoRoute => new("no_route");

    /// <summary>A content filter refused it.</summary>
    public static ReasonCode Filtered => new("filtered");

    /// <summary>The caller went away or cancelled.</summary>
    public static ReasonCode Cancelled => new("cancelled");

    /// <summary>The local model failed.</summary>
    public static ReasonCode LocalError => new("local_error");

    /// <summary>The cloud's model failed for good.</summary>
    public static ReasonCode CloudError => new("cloud_error");

    /// <summary>A message could not be read; it was put aside.</summary>
    public static ReasonCode Rejected => new("rejected");

    /// <summary>A message was delivered too often without success.</summary>
    public static ReasonCode Poisoned => new("poisoned");

    /// <summary>The outcome was there and cannot be read any more; the device's disk has damaged it.</summary>
    public static ReasonCode Damaged => new("damaged");

    /// <inheritdoc/>
    public override string ToString() => Value;
}

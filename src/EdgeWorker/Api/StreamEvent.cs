using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Hybrid.EdgeWorker.Api;

/// <summary>One server-sent event.</summary>
/// <param name="Data">Its data, one line.</param>
/// <param name="Name">Its name; null where the endpoint's events have none.</param>
internal readonly record struct StreamEvent(ReadOnlyMemory<byte> Data, string? Name = null)
{
    /// <summary>Ends a stream of chunks.</summary>
    public static readonly StreamEvent Done = new("[DONE]"u8.ToArray());

    public static StreamEvent Of<T>(T data, JsonTypeInfo<T> info, string? name = null) => new(JsonSerializer.SerializeToUtf8Bytes(data, info), name);
}

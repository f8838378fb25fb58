using System.Text.Json.Serialization;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>An event of a streamed response; which members it has depends on its type.</summary>
internal sealed record ResponseEvent(string Type, int SequenceNumber)
{
    public ResponseBody? Response { get; init; }

    public int? OutputIndex { get; init; }

    public int? ContentIndex { get; init; }

    public string? ItemId { get; init; }

    public ResponseItem? Item { get; init; }

    public ResponsePart? Part { get; init; }

    public string? Delta { get; init; }

    public string? Text { get; init; }

    public IReadOnlyList<LogProbToken>? Logprobs { get; init; }

    public string? Name { get; init; }

    public string? Arguments { get; init; }

    /// <summary>Of an <c>error</c>.</summary>
    public string? Code { get; init; }

    /// <summary>Of an <c>error</c>.</summary>
    public string? Message { get; init; }

    /// <summary>Of an <c>error</c>, for clients that look for the same object as in a failed answer.</summary>
    [JsonPropertyName("error")]
    public OpenAIError? Fault { get; init; }
}

using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>A response object.</summary>
internal sealed record ResponseBody
{
    public required string Id { get; init; }

    public string Object { get; init; } = "response";

    public required long CreatedAt { get; init; }

    public required string Status { get; init; }

    public bool Background { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ResponseError? Error { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ResponseIncomplete? IncompleteDetails { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Instructions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? MaxOutputTokens { get; init; }

    public required string Model { get; init; }

    public required IReadOnlyList<ResponseItem> Output { get; init; }

    public bool ParallelToolCalls { get; init; } = true;

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? PreviousResponseId { get; init; }

    public ResponseReasoning Reasoning { get; init; } = new();

    public bool Store { get; init; } = true;

    public double Temperature { get; init; } = 1;

    public required ResponseText Text { get; init; }

    public required JsonNode ToolChoice { get; init; }

    public required JsonArray Tools { get; init; }

    public int TopLogprobs { get; init; }

    public double TopP { get; init; } = 1;

    public string Truncation { get; init; } = "disabled";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ResponseUsage? Usage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? User { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public HybridNote? Hybrid { get; init; }
}

using System.Text.Json.Serialization;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Reasoning settings; there are none here, but clients read the object.</summary>
internal sealed record ResponseReasoning(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Effort = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Summary = null);

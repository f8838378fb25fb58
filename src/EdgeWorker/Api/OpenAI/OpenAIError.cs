using System.Text.Json.Serialization;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>What went wrong, in OpenAI's words.</summary>
/// <param name="Message">For people. Never contains a prompt's text.</param>
/// <param name="Type">The kind of error, one of <see cref="OpenAIErrors"/>' constants.</param>
/// <param name="Param">The field that is wrong, as a path: <c>messages[0].content</c>.</param>
/// <param name="Code">For programs.</param>
internal sealed record OpenAIError(
    string Message,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Param = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Code = null);

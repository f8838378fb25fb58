using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>An item of a response's output: a message, or a function to call.</summary>
internal sealed record ResponseItem(
    string Type,
    string Id,
    string Status,
    string? Role = null,
    IReadOnlyList<ResponsePart>? Content = null,
    string? CallId = null,
    string? Name = null,
    string? Arguments = null)
{
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Incomplete = "incomplete";

    public static ResponseItem Message(CallNote call, string status, IReadOnlyList<ResponsePart> content) =>
        new("message", call.Id("msg_"), status, "assistant", content);

    public static ResponseItem Function(CallNote call, int index, PromptToolCall wish, string status) => new(
        "function_call", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{call.Id("fc_")}_{index}"), status,
        CallId: wish.Id, Name: wish.Name, Arguments: wish.Arguments);
}

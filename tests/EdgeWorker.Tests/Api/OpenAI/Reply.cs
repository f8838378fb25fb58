using System.Net;
using System.Text.Json;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary>An answer of the device.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Headers">Its headers, each with its one value.</param>
/// <param name="Body">Its body, if it is JSON.</param>
internal sealed record Reply(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, JsonElement Body)
{
    public Guid PromptId => Guid.Parse(Headers["x-hybrid-prompt-id"]);

    public JsonElement Error => Body.GetProperty("error");

    /// <summary>The text of a chat's answer.</summary>
    public string? Content => Body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
}

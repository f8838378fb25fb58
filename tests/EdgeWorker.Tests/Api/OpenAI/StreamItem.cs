using System.Text.Json;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary>An event of a stream.</summary>
/// <param name="Name">Its name; <c>message</c> where it has none.</param>
/// <param name="Text">Its data.</param>
internal sealed record StreamItem(string Name, string Text)
{
    public JsonElement Data => JsonDocument.Parse(Text).RootElement;
}

using System.Collections.Concurrent;
using System.Text.Json;
using Hybrid.FakeModelServer;

namespace Hybrid.Pipeline.Bench;

/// <summary>When the large model was asked what, and when it was about to answer. Thread safe.</summary>
internal sealed class ModelTimes
{
    private readonly ConcurrentDictionary<string, (DateTimeOffset Begun, DateTimeOffset Ended)> _times = new();

    public ModelTimes(ModelEndpoint model) => model.Reply = Reply;

    /// <summary>The call about a text.</summary>
    public (DateTimeOffset Begun, DateTimeOffset Ended) Of(string text) => _times[text];

    private FakeModelReply Reply(FakeModelCall call)
    {
        var begun = TimeProvider.System.GetUtcNow();
        var text = JsonElement.Parse(call.Body).GetProperty("messages").EnumerateArray().Last().GetProperty("content");
        // Either the text itself, or parts of it.
        var question = text.ValueKind == JsonValueKind.String ? text.GetString()! : text[0].GetProperty("text").GetString()!;
        var reply = FakeModelReply.Answer("An answer.");
        _times[question] = (begun, TimeProvider.System.GetUtcNow());
        return reply;
    }
}

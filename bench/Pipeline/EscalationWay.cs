using System.Net.Http.Json;
using System.Text.Json;

namespace Hybrid.Pipeline.Bench;

/// <summary>One escalated prompt, as its caller and its device saw it.</summary>
/// <param name="Id">The prompt.</param>
/// <param name="Text">What was asked; no two are alike.</param>
/// <param name="Asked">When the caller began.</param>
/// <param name="Escalated">When the journal had the escalation.</param>
/// <param name="Told">When the caller had the answer.</param>
internal sealed record EscalationWay(Guid Id, string Text, DateTimeOffset Asked, DateTimeOffset Escalated, DateTimeOffset Told)
{
    /// <summary>Asks, waits for the answer and reads the trace.</summary>
    /// <exception cref="InvalidOperationException">The cloud did not answer it.</exception>
    public static async Task<EscalationWay> AskAsync(HttpClient http, string text, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hybrid/prompts") { Content = JsonContent.Create(new { prompt = text }) };
        request.Headers.Add("Prefer", "wait=60");
        var asked = TimeProvider.System.GetUtcNow();
        using var response = await http.SendAsync(request, cancellationToken);
        var told = TimeProvider.System.GetUtcNow();
        var view = JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        if (!response.IsSuccessStatusCode || view.GetProperty("state").GetString() != "answered" || view.GetProperty("route").GetString() != "cloud")
        {
            throw new InvalidOperationException($"The cloud did not answer: {view}");
        }

        var id = view.GetProperty("id").GetGuid();
        var trace = JsonElement.Parse(await http.GetByteArrayAsync(new Uri($"/hybrid/prompts/{id}/trace", UriKind.Relative), cancellationToken));
        var escalated = trace.GetProperty("transitions").EnumerateArray().Single(step => step.GetProperty("to").GetString() == "escalated");
        return new EscalationWay(id, text, asked, escalated.GetProperty("at").GetDateTimeOffset(), told);
    }
}

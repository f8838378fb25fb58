using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace Hybrid.Api.Bench;

/// <summary>Calls the same model through the device's OpenAI API, over a socket, as a client does: journal, router and stream included.</summary>
internal sealed class ServedCaller(Uri address, string model) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };

    public async Task<Call> CallAsync(string prompt, int tokens, CancellationToken cancellationToken)
    {
        var body = $$$"""
            {"model":"{{{model}}}","messages":[{"role":"user","content":"{{{prompt}}}"}],"max_tokens":{{{tokens}}},"temperature":0,"stream":true,"stream_options":{"include_usage":true}}
            """;
        var start = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        double? first = null;
        var generated = 0L;
        await foreach (var item in SseParser.Create(stream, (_, data) => data.ToArray()).EnumerateAsync(cancellationToken))
        {
            if (item.Data is [(byte)'[', ..])
            {
                break;
            }

            using var chunk = JsonDocument.Parse(item.Data);
            var choices = chunk.RootElement.GetProperty("choices");
            if (first is null && choices.GetArrayLength() > 0
                && choices[0].GetProperty("delta").TryGetProperty("content", out var text) && text.GetString() is { Length: > 0 })
            {
                first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            generated = chunk.RootElement.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object
                ? usage.GetProperty("completion_tokens").GetInt64()
                : generated;
        }

        return new Call(first ?? 0, Stopwatch.GetElapsedTime(start).TotalMilliseconds, generated);
    }

    public void Dispose() => _http.Dispose();
}

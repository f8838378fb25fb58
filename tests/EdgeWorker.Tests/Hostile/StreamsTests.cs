using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Hybrid.EdgeWorker.Tests.Cli;
using Hybrid.EdgeWorker.Tests.Models;
using Hybrid.ModelWriter;

namespace Hybrid.EdgeWorker.Tests.Hostile;

/// <summary>Many streams at once: each gets its share, and what is beyond the bound is told to come again.</summary>
public sealed class StreamsTests(TestModels models) : IDisposable
{
    private const int Streams = 64;

    /// <summary>
    /// Tokens of the slowest stream, since all had begun, at which the shares are compared: many, since a reader that a busy machine lets wait
    /// is one or two hundred behind (seen in CI) whatever its share.
    /// </summary>
    private const int Enough = 1024;

    /// <summary>Some seventy thousand events on two busy cores.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _root = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SixtyFourStreams_SharesWithinAFactorOfTwoAndTheNextIs429()
    {
        ModelFolderWriter.Write(_root.File("long"), ModelShape.Tiny with { ContextLength = 4096 }, new EndlessWeights(), SideFiles.TinyByteLevel());
        await using var server = await EdgeServer.StartAsync(
            models, _root.File("data"), ["--mode", "LocalOnly"],
            ("HYBRID__Models__Path", _root.File("long")), ("HYBRID__Api__MaxRequests", $"{Streams}"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var shares = new Shares(Streams, Enough);

        var streams = Enumerable.Range(0, Streams).Select(number => ReadAsync(server, number, shares, stop.Token)).ToList();
        var tokens = await shares.Reached.WaitAsync(Patience, TimeProvider.System, Token);
        using var beyond = await PostAsync(server, Streams, stop.Token);
        await stop.CancelAsync();
        await Task.WhenAll(streams).SoonAsync();

        TestContext.Current.TestOutputHelper?.WriteLine($"least {tokens.Min()}, most {tokens.Max()} of {Streams}");
        Assert.Equal(Streams, tokens.Length);
        Assert.InRange(tokens.Max(), tokens.Min(), 2 * tokens.Min());
        Assert.Equal(HttpStatusCode.TooManyRequests, beyond.StatusCode);
        Assert.True(beyond.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        using var error = JsonDocument.Parse(await beyond.Content.ReadAsStringAsync(Token));
        Assert.Equal("rate_limit_error", error.RootElement.GetProperty("error").GetProperty("type").GetString());
        // Everybody has left, so there is room again.
        await Eventually.HoldsAsync(async () =>
        {
            using var after = await server.Http.GetAsync("hybrid/status", Token);
            return after.StatusCode == HttpStatusCode.OK;
        });
    }

    public void Dispose() => _root.Dispose();

    private static async Task ReadAsync(
        EdgeServer server, int number, Shares shares, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await PostAsync(server, number, cancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
            await foreach (var item in SseParser.Create(content).EnumerateAsync(cancellationToken))
            {
                if (item.Data.Contains("\"content\":\"", StringComparison.Ordinal) && !item.Data.Contains("\"content\":\"\"", StringComparison.Ordinal))
                {
                    shares.Add(number);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Enough was seen.
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or Xunit.Sdk.XunitException)
        {
            shares.Fail(exception);
        }
    }

    private static async Task<HttpResponseMessage> PostAsync(EdgeServer server, int number, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = new StringContent(
                $"{{\"model\":\"long\",\"stream\":true,\"messages\":[{{\"role\":\"user\",\"content\":\"Which pump is number {number}?\"}}]}}", Encoding.UTF8, "application/json"),
        };
        return await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }
}

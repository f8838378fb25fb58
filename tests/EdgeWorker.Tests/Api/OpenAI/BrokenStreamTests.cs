using System.Text;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Api.OpenAI;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Routing;
using Hybrid.EdgeWorker.Tests.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary>What a caller sees when something breaks that nobody foresaw, after the head of the stream has gone out.</summary>
public sealed class BrokenStreamTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Stream_BreaksInTheMiddle_EndsWithAnErrorThatTellsNoInternals()
    {
        await using var device = await TestDevice.StartAsync(_folder.Path, models.Folder, new RoutingOptions { ConfidenceThreshold = 0 });
        using var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        Caller.Set(context, Caller.Keyless);

        await device.Services.GetRequiredService<AnswerCalls>().AnswerAsync(
            context,
            new AskedAnswer(ModelNames.Hybrid, [new PromptMessage(MessageRole.User, "Which pump?")], new PromptOptions(MaxTokens: 2), Stream: true, IncludeUsage: false),
            new BrokenForm(),
            new RequestMark { Endpoint = "test", Fingerprint = new byte[32], Peer = new byte[32] },
            []);

        var text = Encoding.UTF8.GetString(body.ToArray());
        Assert.Equal("data: begin\n\ndata: fail 500 The request failed; the device's log has the reason.\n\n", text);
    }

    public void Dispose() => _folder.Dispose();
}

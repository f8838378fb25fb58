using System.Net;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Routing;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary><c>/v1/responses</c> on the wire.</summary>
public sealed class ResponsesTests(TestModels models) : IDisposable
{
    private static readonly RoutingOptions Sure = new() { ConfidenceThreshold = 0 };
    private static readonly RoutingOptions Unsure = new() { ConfidenceThreshold = 1 };

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NotStored_CannotBeReferredTo()
    {
        await using var device = await StartAsync(Sure);
        var reply = await device.AskAsync("responses", """{"model":"hybrid","input":"a","store":false,"max_output_tokens":4}""");
        var id = reply.Body.GetProperty("id").GetString();

        var got = await device.AskAsync($"responses/{id}", null);
        var next = await device.AskAsync("responses", $$"""{"model":"hybrid","input":"b","previous_response_id":"{{id}}"}""");

        Assert.False(reply.Body.GetProperty("store").GetBoolean());
        Assert.Equal(HttpStatusCode.NotFound, got.Status);
        Assert.Equal((HttpStatusCode.BadRequest, "previous_response_id"), (next.Status, next.Error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Get_Open_IsInProgressThenCompleted()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();
        var asking = device.AskAsync("responses", """{"model":"cloud","input":"a","instructions":"Be brief.","metadata":{"shift":"night"}}""");
        var prompt = await device.OneEscalatedAsync();

        var open = await device.AskAsync($"responses/resp_{prompt.Id:N}", null);
        await device.AnswerFromCloudAsync(prompt.Id);
        await asking.SoonAsync();
        var ended = await device.AskAsync($"responses/resp_{prompt.Id:N}", null);

        Assert.Equal("in_progress", open.Body.GetProperty("status").GetString());
        Assert.Equal("completed", ended.Body.GetProperty("status").GetString());
        Assert.Equal("from the cloud", ended.Body.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal("Be brief.", ended.Body.GetProperty("instructions").GetString());
        Assert.Equal("night", ended.Body.GetProperty("metadata").GetProperty("shift").GetString());
    }

    [Fact]
    public async Task Stream_FunctionCall_EventsInOrder()
    {
        await using var device = await StartAsync(Sure);
        device.Link.Succeeded();
        var reading = device.StreamAsync(
            "responses",
            """{"model":"hybrid","input":"How full?","stream":true,"tools":[{"type":"function","name":"read_level","parameters":{"type":"object","properties":{}}}]}""",
            cancellationToken: Token).ToListAsync(Token).AsTask();
        var prompt = await device.OneEscalatedAsync();
        await device.AnswerFromCloudAsync(prompt.Id, "", [new PromptToolCall("call_1", "read_level", "{}")]);

        var items = await reading.SoonAsync();

        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.done", "response.output_item.done", "response.completed",
            ],
            items.Select(item => item.Name));
        var call = items[^1].Data.GetProperty("response").GetProperty("output")[0];
        Assert.Equal(("function_call", "call_1", "read_level"), (
            call.GetProperty("type").GetString(), call.GetProperty("call_id").GetString(), call.GetProperty("name").GetString()));

        // Its result can be given by referring to the response.
        var going = device.AskAsync(
            "responses",
            $$"""{"model":"hybrid","previous_response_id":"resp_{{prompt.Id:N}}","input":[{"type":"function_call_output","call_id":"call_1","output":"12 l"}]}""");
        var next = await device.OneEscalatedAsync();
        Assert.Equal(["How full?", "", "12 l"], next.Messages.Select(message => message.Content));
        Assert.Equal("call_1", next.Messages[1].ToolCalls![0].Id);
        await device.AnswerFromCloudAsync(next.Id, "12 litres");
        Assert.Equal(HttpStatusCode.OK, (await going.SoonAsync()).Status);
    }

    [Fact]
    public async Task Stream_CloudFails_ResponseFailed()
    {
        await using var device = await StartAsync(Unsure);
        device.Link.Succeeded();
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/responses")
        {
            Content = new StringContent("""{"model":"cloud","input":"a","stream":true}""", null, "application/json"),
        };
        var sending = device.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        var prompt = await device.OneEscalatedAsync();
        await device.Time.RunUntilAsync(sending, TimeSpan.FromSeconds(1));
        using var response = await sending;

        await device.FailFromCloudAsync(prompt.Id, ReasonCode.CloudError, "http_401");

        var text = await response.Content.ReadAsStringAsync(Token).SoonAsync();
        var last = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.StartsWith("event: response.failed\n", last, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"failed\"", last, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<TestDevice> StartAsync(RoutingOptions routing) => TestDevice.StartAsync(_folder.Path, models.Folder, routing);
}

using Azure.Storage.Blobs.Specialized;
using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Escalations;
using Hybrid.CloudFunctions.Models;
using Hybrid.Contracts;
using Hybrid.FakeModelServer;
using Hybrid.Messaging;
using Hybrid.Messaging.Conformance;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.CloudFunctions.Tests.Escalations;

[Collection(HandlerGroup.Handlers)]
public sealed class EscalationHandlerTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string[] Hasty = ["Model:CallTimeout=00:00:00.5", "Model:TotalTime=00:00:00.9"];
    private readonly string _device = Samples.NewDevice();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Handle_ModelAnswers_StoresAndSendsTheSameOutcome()
    {
        await using var stack = await CreateAsync();
        var prompt = Samples.Escalation(_device);

        Assert.Equal(Handled.Done, await HandleAsync(stack, prompt));

        var outcome = await stack.OutcomeAsync(prompt);
        Assert.Equal(
            new AnswerData(
                prompt.PromptId, _device, Samples.Epoch, CloudOutcome.Answered, "An answer.", FakeModelReply.Model,
                new TokenUsage(40, 3), new Cost(0.00013m, "USD"), "stop"),
            outcome);
        var answer = Assert.Single(await stack.AnswersAsync(_device));
        Assert.Equal(outcome, answer.Data);
        Assert.StartsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-", answer.TraceParent, StringComparison.Ordinal);
        Assert.False(await stack.BlobExistsAsync($"calls/{_device}/{prompt.PromptId}"));
    }

    [Fact]
    public async Task Handle_Options_ReachTheModel()
    {
        await using var stack = await CreateAsync();

        await HandleAsync(stack, Samples.Escalation(_device, options: new PromptOptions(200, 0.5, 0.25, ["END"], 7)));

        var body = Assert.Single(stack.Model.Calls).Body;
        string[] parts =
        [
            "\"temperature\":0.5", "\"top_p\":0.25", "\"stop\":[\"END\"]", "\"seed\":7", "_tokens\":200", "Be brief.",
        ];
        foreach (var part in parts)
        {
            Assert.Contains(part, body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Handle_ContentFilterRefusesPrompt_EndsFiltered()
    {
        var outcome = await EndAsync(FakeModelReply.ContentFilter);

        Assert.Equal((CloudOutcome.Filtered, "filtered", null), (outcome.Outcome, outcome.Error?.Code, outcome.Usage));
    }

    [Fact]
    public async Task Handle_ContentFilterCutsAnswer_EndsFilteredWithItsCost()
    {
        var outcome = await EndAsync(FakeModelReply.FilteredAnswer);

        Assert.Equal((CloudOutcome.Filtered, "content_filter", null), (outcome.Outcome, outcome.FinishReason, outcome.Text));
        Assert.Equal(new TokenUsage(40, 3), outcome.Usage);
        Assert.NotNull(outcome.Cost);
    }

    [Theory]
    [InlineData(400, "context_length_exceeded")]
    [InlineData(401, "invalid_api_key")]
    [InlineData(404, "DeploymentNotFound")]
    public async Task Handle_Refusal_EndsFailedAtOnceWithoutTheProvidersWords(int status, string code)
    {
        var outcome = await EndAsync(FakeModelReply.Error(status, code));

        Assert.Equal((CloudOutcome.Failed, code), (outcome.Outcome, outcome.Error?.Code));
        Assert.DoesNotContain(Samples.Secret, outcome.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handle_DeviceWhoseClockWasNeverSet_IsAnswered()
    {
        await using var stack = await CreateAsync();
        var booted = DateTimeOffset.UnixEpoch.AddMinutes(2);
        var prompt = Samples.Escalation(_device) with { Deadline = booted.AddMinutes(10) };
        var body = EventFormat.Write(Samples.EventOf(prompt) with { Time = booted });

        Assert.Equal(Handled.Done, await stack.Get<EscalationHandler>().HandleAsync(body, Token));

        Assert.Equal(CloudOutcome.Answered, (await stack.OutcomeAsync(prompt))?.Outcome);
    }

    [Fact]
    public async Task Handle_AnswerThatCouldNotBeSent_LeavesNoLeaseBehind()
    {
        await using var stack = await CreateAsync();
        var prompt = Samples.Escalation(_device);
        await HandleAsync(stack, prompt);
        // As a holder leaves it that fails, or dies, after the outcome was stored.
        await using (await stack.Get<CallLeases>().TryTakeAsync(_device, prompt.PromptId, Token))
        {
            Assert.Equal(Handled.Later, await HandleAsync(stack, prompt));
        }

        Assert.Equal(Handled.Done, await HandleAsync(stack, prompt));

        var lease = stack.Get<Azure.Storage.Blobs.BlobServiceClient>()
            .GetBlobContainerClient(CallLeases.ContainerName).GetBlobClient($"{_device}/{prompt.PromptId}");
        Assert.False(await lease.ExistsAsync(Token));
        Assert.Single(stack.Model.Calls);
    }

    [Fact]
    public async Task Handle_PastTheDeadline_ExpiresWithoutACall()
    {
        await using var stack = await CreateAsync();
        var prompt = Samples.Escalation(_device, untilDeadline: TimeSpan.FromSeconds(-1));

        Assert.Equal(Handled.Done, await HandleAsync(stack, prompt));

        Assert.Equal(CloudOutcome.Expired, (await stack.OutcomeAsync(prompt))?.Outcome);
        Assert.Equal(CloudOutcome.Expired, Assert.Single(await stack.AnswersAsync(_device)).Data.Outcome);
        Assert.Empty(stack.Model.Calls);
    }

    [Theory]
    [InlineData("Retry-After", "0")]
    [InlineData("Retry-After", "Thu, 01 Jan 2026 00:00:00 GMT")]
    [InlineData("retry-after-ms", "5")]
    public async Task Handle_RateLimitedThenAnswered_Answers(string header, string value)
    {
        await using var stack = await CreateAsync();
        stack.Model.Reply = call => call.Number == 1 ? FakeModelReply.RateLimited(header, value) : FakeModelReply.Answer("Later.");
        var prompt = Samples.Escalation(_device);

        Assert.Equal(Handled.Done, await HandleAsync(stack, prompt));

        Assert.Equal("Later.", (await stack.OutcomeAsync(prompt))?.Text);
        Assert.Equal(2, stack.Model.Calls.Count);
    }

    [Fact]
    public async Task Handle_RateLimitedBeyondTheTotalTime_GoesBackToTheQueueAtOnce()
    {
        await using var stack = await CreateAsync();
        stack.Model.Reply = _ => FakeModelReply.RateLimited("Retry-After", "3600");

        var exception = await Assert.ThrowsAsync<ModelUnavailableException>(() => HandleAsync(stack, Samples.Escalation(_device)));

        Assert.Equal("http_429", exception.Code);
        Assert.Single(stack.Model.Calls);
    }

    [Fact]
    public async Task Handle_RetryAfter_WaitsThatLong()
    {
        var time = new WatchedTime(TimeSpan.FromSeconds(7));
        await using var stack = await CreateAsync(time);
        stack.Model.Reply = call => call.Number == 1 ? FakeModelReply.RateLimited("Retry-After", "7") : FakeModelReply.Answer("Later.");

        var handling = HandleAsync(stack, Samples.Escalation(_device));
        await time.Waiting.WaitAsync(Limit, Token);
        var before = stack.Model.Calls.Count;
        time.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal(Handled.Done, await handling.WaitAsync(Limit, Token));
        Assert.Equal((1, 2), (before, stack.Model.Calls.Count));
    }

    [Fact]
    public async Task Handle_ModelFailsForever_GoesBackWithoutOutcome()
    {
        await using var stack = await CreateAsync(null, Hasty);
        stack.Model.Reply = _ => FakeModelReply.Error(500, "server_error");
        var prompt = Samples.Escalation(_device);

        var exception = await Assert.ThrowsAsync<ModelUnavailableException>(() => HandleAsync(stack, prompt));

        Assert.Equal("http_500", exception.Code);
        Assert.DoesNotContain(Samples.Secret, exception.ToString(), StringComparison.Ordinal);
        Assert.Null(await stack.OutcomeAsync(prompt));
    }

    [Theory]
    [InlineData(nameof(FakeModelReply.Hang), "timeout")]
    [InlineData(nameof(FakeModelReply.Cut), "unreachable")]
    [InlineData(nameof(FakeModelReply.CutMidway), "unreachable")]
    [InlineData(nameof(FakeModelReply.MalformedJson), "unreadable")]
    public async Task Handle_Trouble_GoesBackAndTheNextDeliveryAnswers(string reply, string code)
    {
        await using var stack = await CreateAsync(null, Hasty);
        var trouble = (FakeModelReply)typeof(FakeModelReply).GetProperty(reply)!.GetValue(null)!;
        stack.Model.Reply = _ => trouble;
        var prompt = Samples.Escalation(_device);

        var exception = await Assert.ThrowsAsync<ModelUnavailableException>(() => HandleAsync(stack, prompt));
        stack.Model.Reply = _ => FakeModelReply.Answer("At last.");
        var second = await HandleAsync(stack, prompt);

        Assert.Equal(code, exception.Code);
        Assert.Equal(Handled.Done, second);
        Assert.Equal("At last.", Assert.Single(await stack.AnswersAsync(_device)).Data.Text);
    }

    [Fact]
    public async Task Handle_SameEscalationTwiceAtOnce_OneCallOneOutcome()
    {
        await using var stack = await CreateAsync();
        var signal = new TaskCompletionSource();
        stack.Model.Reply = _ => FakeModelReply.AnswerAfter("Once.", signal.Task);
        var prompt = Samples.Escalation(_device);

        var first = HandleAsync(stack, prompt);
        await stack.Model.WaitForCallsAsync(1).WaitAsync(Limit, Token);
        var second = await HandleAsync(stack, prompt);
        signal.SetResult();

        Assert.Equal(Handled.Later, second);
        Assert.Equal(Handled.Done, await first);
        Assert.Equal(Handled.Done, await HandleAsync(stack, prompt));
        Assert.Single(stack.Model.Calls);
        var answers = await stack.AnswersAsync(_device);
        Assert.Equal(2, answers.Count);
        Assert.Equal(answers[0], answers[1]);
    }

    [Fact]
    public async Task Handle_OutcomeExists_RepeatsItWithoutACall()
    {
        await using var stack = await CreateAsync();
        var prompt = Samples.Escalation(_device, untilDeadline: TimeSpan.FromSeconds(-1));
        var stored = new AnswerData(prompt.PromptId, _device, Samples.Epoch, CloudOutcome.Answered, "Known.");
        await stack.Outcomes.StoreAsync(stored, Token);

        Assert.Equal(Handled.Done, await HandleAsync(stack, prompt));

        Assert.Equal(stored, Assert.Single(await stack.AnswersAsync(_device)).Data);
        Assert.Empty(stack.Model.Calls);
    }

    [Fact]
    public async Task Handle_SomebodyElseStoresFirst_TheirOutcomeIsSent()
    {
        await using var stack = await CreateAsync();
        var signal = new TaskCompletionSource();
        stack.Model.Reply = _ => FakeModelReply.AnswerAfter("Too late.", signal.Task);
        var prompt = Samples.Escalation(_device);
        var winner = new AnswerData(prompt.PromptId, _device, Samples.Epoch, CloudOutcome.Answered, "First.");

        var handling = HandleAsync(stack, prompt);
        await stack.Model.WaitForCallsAsync(1).WaitAsync(Limit, Token);
        await stack.Outcomes.StoreAsync(winner, Token);
        signal.SetResult();
        await handling;

        Assert.Equal(winner, await stack.OutcomeAsync(prompt));
        Assert.Equal(winner, Assert.Single(await stack.AnswersAsync(_device)).Data);
    }

    [Fact]
    public async Task Handle_LeaseLost_CancelsTheCallAndComesAgain()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var stack = await CreateAsync(time);
        stack.Model.Reply = _ => FakeModelReply.Hang;
        var prompt = Samples.Escalation(_device);

        var handling = HandleAsync(stack, prompt);
        await stack.Model.WaitForCallsAsync(1).WaitAsync(Limit, Token);
        var blob = stack.Blobs.GetBlobContainerClient("calls").GetBlobClient($"{_device}/{prompt.PromptId}");
        await blob.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: Token);
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(Handled.Later, await handling.WaitAsync(Limit, Token));
        Assert.Null(await stack.OutcomeAsync(prompt));
    }

    [Fact]
    public async Task Handle_LeaseRenewed_LastsLongerThanItsDuration()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var stack = await CreateAsync(time);
        var signal = new TaskCompletionSource();
        stack.Model.Reply = _ => FakeModelReply.AnswerAfter("Slow.", signal.Task);
        var prompt = Samples.Escalation(_device);

        var handling = HandleAsync(stack, prompt);
        await stack.Model.WaitForCallsAsync(1).WaitAsync(Limit, Token);
        time.Advance(TimeSpan.FromSeconds(100));
        var second = await HandleAsync(stack, prompt);
        signal.SetResult();

        Assert.Equal(Handled.Later, second);
        Assert.Equal(Handled.Done, await handling);
    }

    [Fact]
    public async Task Handle_StorageAwayAfterTheAnswer_StoresItWhenItIsBack()
    {
        await using var stack = await CreateAsync();
        var signal = new TaskCompletionSource();
        stack.Model.Reply = _ => FakeModelReply.AnswerAfter("Paid for.", signal.Task);
        var prompt = Samples.Escalation(_device);

        var handling = HandleAsync(stack, prompt);
        await stack.Model.WaitForCallsAsync(1).WaitAsync(Limit, Token);
        await azurite.Server.StopAsync();
        signal.SetResult();
        await azurite.Server.RestartAsync(Token);

        Assert.Equal(Handled.Done, await handling.WaitAsync(Limit, Token));
        Assert.Equal("Paid for.", (await stack.OutcomeAsync(prompt))?.Text);
        Assert.Single(stack.Model.Calls);
    }

    [Fact]
    public async Task Handle_LargeEscalation_DeletesItsClaimAfterTheAnswerWasSent()
    {
        await using var stack = await CreateAsync();
        var prompt = Samples.Escalation(_device, text: Samples.Secret + new string('x', 100_000));
        var (body, claim) = await ClaimedAsync(stack, prompt);
        stack.Get<FailingTransport>().BeforeSend = _ => throw new MessagingException(MessagingFailure.Unavailable, "Away.");

        await Assert.ThrowsAsync<MessagingException>(() => stack.Get<EscalationHandler>().HandleAsync(body, Token));
        var keptWhileUnsent = await stack.BlobExistsAsync(claim);
        stack.Get<FailingTransport>().BeforeSend = _ => { };
        await stack.Get<EscalationHandler>().HandleAsync(body, Token);

        Assert.True(keptWhileUnsent);
        Assert.False(await stack.BlobExistsAsync(claim));
        Assert.Single(stack.Model.Calls);
        Assert.Single(await stack.AnswersAsync(_device));
        Assert.Equal(Handled.Done, await stack.Get<EscalationHandler>().HandleAsync(body, Token));
    }

    [Fact]
    public async Task Handle_LargeAnswer_GoesByClaim()
    {
        await using var stack = await CreateAsync();
        var text = new string('y', 100_000);
        stack.Model.Reply = _ => FakeModelReply.Answer(text);

        await HandleAsync(stack, Samples.Escalation(_device));

        Assert.Equal(text, Assert.Single(await stack.AnswersAsync(_device)).Data.Text);
    }

    [Fact]
    public async Task Handle_ClaimGoneWithoutOutcome_EndsFailed()
    {
        await using var stack = await CreateAsync();
        var prompt = Samples.Escalation(_device, text: new string('x', 100_000));
        var (body, claim) = await ClaimedAsync(stack, prompt);
        await stack.Blobs.GetBlobContainerClient("claims").DeleteBlobAsync(claim["claims/".Length..], cancellationToken: Token);

        Assert.Equal(Handled.Done, await stack.Get<EscalationHandler>().HandleAsync(body, Token));

        Assert.Equal("rejected", (await stack.OutcomeAsync(prompt))?.Error?.Code);
        Assert.Equal("claim_missing", Assert.Single(await stack.RejectedAsync()).Reason?.Code);
    }

    private Task<CloudStack> CreateAsync(TimeProvider? time = null, params string[] settings) =>
        CloudStack.CreateAsync(azurite.Server.ConnectionString, time, settings);

    private static Task<Handled> HandleAsync(CloudStack stack, EscalationData prompt) =>
        stack.Get<EscalationHandler>().HandleAsync(Samples.Bytes(prompt), Token);

    private async Task<AnswerData> EndAsync(FakeModelReply reply)
    {
        await using var stack = await CreateAsync();
        stack.Model.Reply = _ => reply;
        var prompt = Samples.Escalation(_device);
        Assert.Equal(Handled.Done, await HandleAsync(stack, prompt));
        Assert.Single(stack.Model.Calls);
        var outcome = await stack.OutcomeAsync(prompt);
        Assert.Equal(outcome, Assert.Single(await stack.AnswersAsync(_device)).Data);
        return outcome!;
    }

    private static async Task<(byte[] Body, string Claim)> ClaimedAsync(CloudStack stack, EscalationData prompt)
    {
        await stack.Transport.Open(QueueAddress.Escalations).EnsureAsync(Token);
        await stack.Get<Messaging.Events.EventSender>().SendAsync(QueueAddress.Escalations, Samples.Bytes(prompt), Token);
        var body = Assert.Single(await stack.DrainAsync(QueueAddress.Escalations));
        var claim = EventFormat.ReadEnvelope(body).DataRef!;
        Assert.True(await stack.BlobExistsAsync(claim));
        return (body, claim);
    }
}

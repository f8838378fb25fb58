using System.Text;
using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Escalations;
using Hybrid.Contracts;
using Hybrid.Messaging;
using Hybrid.Messaging.Conformance;
using Hybrid.Messaging.DeadLetters;

namespace Hybrid.CloudFunctions.Tests.Escalations;

[Collection(HandlerGroup.Handlers)]
public sealed class PoisonHandlerTests(AzuriteFixture azurite)
{
    private readonly EscalationData _prompt = Samples.Escalation(Samples.NewDevice());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Handle_RawOrEnveloped_EndsFailedAndIsKept(bool enveloped)
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        var original = Samples.Bytes(_prompt);
        var body = enveloped
            ? await stack.Get<DeadLetterStore>().WrapAsync(
                "escalations", "1", new DeadLetterReason("lost_patience", "Why."), original, 48_000, Token)
            : original;

        Assert.Equal(Handled.Done, await stack.Get<PoisonHandler>().HandleAsync(body, null, Token));

        var answer = Assert.Single(await stack.AnswersAsync(_prompt.DeviceId)).Data;
        Assert.Equal((CloudOutcome.Failed, "poisoned"), (answer.Outcome, answer.Error?.Code));
        Assert.Equal(answer, await stack.OutcomeAsync(_prompt));
        var letter = Assert.Single(await stack.RejectedAsync());
        Assert.Equal(original, letter.Original.ToArray());
        Assert.Equal(enveloped ? "lost_patience" : "poisoned", letter.Reason?.Code);
    }

    [Fact]
    public async Task Handle_Claimed_KeepsTheClaim()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        var prompt = Samples.Escalation(_prompt.DeviceId, text: new string('x', 100_000));
        await stack.Transport.Open(QueueAddress.Escalations).EnsureAsync(Token);
        await stack.Get<Messaging.Events.EventSender>().SendAsync(QueueAddress.Escalations, Samples.Bytes(prompt), Token);
        var body = Assert.Single(await stack.DrainAsync(QueueAddress.Escalations));

        await stack.Get<PoisonHandler>().HandleAsync(body, null, Token);

        Assert.True(await stack.BlobExistsAsync(EventFormat.ReadEnvelope(body).DataRef!));
        Assert.Equal("poisoned", (await stack.OutcomeAsync(prompt))?.Error?.Code);
    }

    [Fact]
    public async Task Handle_OutcomeExists_IsRepeatedAndNothingKept()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        var stored = new AnswerData(_prompt.PromptId, _prompt.DeviceId, Samples.Epoch, CloudOutcome.Answered, "Known.");
        await stack.Outcomes.StoreAsync(stored, Token);

        await stack.Get<PoisonHandler>().HandleAsync(Samples.Bytes(_prompt), null, Token);

        Assert.Equal(stored, Assert.Single(await stack.AnswersAsync(_prompt.DeviceId)).Data);
        Assert.Empty(await stack.RejectedAsync());
    }

    [Fact]
    public async Task Handle_SomebodyStillAsks_ComesAgain()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var lease = await stack.Get<CallLeases>().TryTakeAsync(_prompt.DeviceId, _prompt.PromptId, Token);

        Assert.Equal(Handled.Later, await stack.Get<PoisonHandler>().HandleAsync(Samples.Bytes(_prompt), null, Token));

        Assert.Null(await stack.OutcomeAsync(_prompt));
        Assert.Empty(await stack.RejectedAsync());
    }

    [Fact]
    public async Task Handle_NoIds_IsKept()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);

        Assert.Equal(Handled.Done, await stack.Get<PoisonHandler>().HandleAsync(Encoding.UTF8.GetBytes("not ours"), null, Token));

        Assert.Equal("malformed", Assert.Single(await stack.RejectedAsync()).Reason?.Code);
    }
}

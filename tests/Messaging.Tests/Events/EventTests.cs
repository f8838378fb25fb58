using System.Text;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.Messaging.Claims;
using Hybrid.Messaging.Conformance;
using Hybrid.Messaging.Events;

namespace Hybrid.Messaging.Tests.Events;

public sealed class EventTests(AzuriteFixture azurite) : StorageTestBase(azurite)
{
    private const int Large = 100_000;

    [Fact]
    public async Task SendAndOpen_SmallEvent_TravelsAsItIs()
    {
        var sent = Samples.Escalation(10);
        var (body, address) = await SendAsync(sent);

        var opened = await Get<EventReader>().OpenAsync<EscalationData>(body, EventTypes.Escalation, Token);

        Assert.Null(opened.ClaimName);
        Assert.Equal(EventFormat.Write(sent), body.ToArray());
        Assert.Equal(sent.Data.Messages[0], opened.Data.Messages[0]);
        Assert.Empty(await Transport.Open(address).ReceiveAsync(1, TimeSpan.FromSeconds(5), TimeSpan.Zero, Token));
    }

    [Fact]
    public async Task SendAndOpen_LargeEvent_TravelsByClaimWithItsIdsInline()
    {
        var sent = Samples.Escalation(Large);
        var (body, _) = await SendAsync(sent);

        var envelope = EventFormat.ReadEnvelope(body.Span);
        var ids = EventFormat.ReadIds(envelope);
        var opened = await Get<EventReader>().OpenAsync<EscalationData>(body, EventTypes.Escalation, Token);

        Assert.InRange(body.Length, 1, 2000);
        Assert.Equal(new ClaimedData(sent.Data.PromptId, Samples.Device, sent.Data.JournalEpoch, sent.Data.Deadline), ids);
        Assert.Equal(
            (sent.Id, sent.Source, sent.Subject, sent.Time, sent.TraceParent),
            (envelope.Id, envelope.Source, envelope.Subject, envelope.Time, envelope.TraceParent));
        Assert.Equal(sent.Data.Messages[0], opened.Data.Messages[0]);
        Assert.Equal(ClaimStore.NameFor(Samples.Device, sent.Source, sent.Id), opened.ClaimName);
    }

    [Fact]
    public async Task Send_EventOfExactlyTheLargestSize_NeedsNoClaim()
    {
        var bytes = EventFormat.Write(Samples.Escalation(1000, Guid.NewGuid().ToString()));
        var padded = bytes.Concat(Enumerable.Repeat((byte)' ', Transport.Abilities.MaxBodyBytes - bytes.Length)).ToArray();
        var address = await NewQueueAsync();

        await Get<EventSender>().SendAsync(address, padded, Token);

        Assert.Equal(padded, (await ReceiveAsync(address)).Body.ToArray());
    }

    [Fact]
    public async Task Send_LargeEventTwice_MakesOneClaim()
    {
        var sent = Samples.Escalation(Large, Guid.NewGuid().ToString());
        var first = await SendAsync(sent);
        var second = await SendAsync(sent);

        Assert.Equal(EventFormat.ReadEnvelope(first.Body.Span).DataRef, EventFormat.ReadEnvelope(second.Body.Span).DataRef);
    }

    [Fact]
    public async Task Open_ClaimDeleted_IsNotFound()
    {
        var (body, _) = await SendAsync(Samples.Escalation(Large, Guid.NewGuid().ToString()));
        await Get<ClaimStore>().DeleteAsync(EventFormat.ReadEnvelope(body.Span).DataRef!, Token);

        var failure = await Assert.ThrowsAsync<MessagingException>(
            () => Get<EventReader>().OpenAsync<EscalationData>(body, EventTypes.Escalation, Token));

        Assert.Equal(MessagingFailure.NotFound, failure.Kind);
    }

    [Theory]
    [InlineData("claims/pump-8/0193a2b4-5c6d-7e8f-9012-3456789abcde")]
    [InlineData("answers/pump-7/0193a2b4-5c6d-7e8f-9012-3456789abcde.json")]
    [InlineData("https://elsewhere.example/x")]
    [InlineData("")]
    public async Task Open_ForeignClaimName_IsRefused(string name)
    {
        var claimed = Samples.Escalation(10) with { DataRef = name };

        var failure = await Assert.ThrowsAsync<ContractException>(
            () => Get<EventReader>().OpenAsync<EscalationData>(EventFormat.Write(claimed), EventTypes.Escalation, Token));

        Assert.Equal("$.dataref", failure.Field);
    }

    [Fact]
    public async Task Open_ClaimOfAnotherPrompt_IsRefused()
    {
        var (body, _) = await SendAsync(Samples.Escalation(Large, Guid.NewGuid().ToString()));
        var other = Samples.Escalation(10) with { DataRef = EventFormat.ReadEnvelope(body.Span).DataRef };

        await Assert.ThrowsAsync<ContractException>(
            () => Get<EventReader>().OpenAsync<EscalationData>(EventFormat.Write(other), EventTypes.Escalation, Token));
    }

    [Fact]
    public async Task Open_ClaimIsNoJson_IsRefused()
    {
        var (body, _) = await SendAsync(Samples.Escalation(Large, Guid.NewGuid().ToString()));
        await Get<ClaimStore>().PutAsync(EventFormat.ReadEnvelope(body.Span).DataRef!, "not json"u8.ToArray(), Token);

        await Assert.ThrowsAsync<ContractException>(() => Get<EventReader>().OpenAsync<EscalationData>(body, EventTypes.Escalation, Token));
    }

    [Fact]
    public async Task Open_AnotherTypeWithAClaim_IsRefusedBeforeTheDownload()
    {
        var claimed = Samples.Escalation(10) with { DataRef = $"claims/pump-7/{Guid.NewGuid()}" };

        var failure = await Assert.ThrowsAsync<ContractException>(
            () => Get<EventReader>().OpenAsync<AnswerData>(EventFormat.Write(claimed), EventTypes.Answer, Token));

        Assert.Equal("$.type", failure.Field);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{}")]
    [InlineData("[1,2]")]
    [InlineData("null")]
    public async Task OpenAndSend_NoEvent_IsRefused(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        await Assert.ThrowsAsync<ContractException>(
            () => Get<EventReader>().OpenAsync<EscalationData>(bytes, EventTypes.Escalation, Token));
        await Assert.ThrowsAsync<ContractException>(() => Get<EventSender>().SendAsync(new QueueAddress("unused"), bytes, Token));
    }

    [Fact]
    public async Task Send_ClaimedEventStillTooLarge_IsRefused()
    {
        var claimed = Samples.Escalation(Large) with { DataRef = $"claims/pump-7/{Guid.NewGuid()}" };

        await Assert.ThrowsAsync<ContractException>(
            () => Get<EventSender>().SendAsync(new QueueAddress("unused"), EventFormat.Write(claimed), Token));
    }

    [Fact]
    public void Claim_WithoutItsBlob_StillTellsIdsAndDeadline()
    {
        var ids = Samples.Escalation(1).Data;
        var inline = new ClaimedData(ids.PromptId, ids.DeviceId, ids.JournalEpoch, ids.Deadline);
        var envelope = EventFormat.ReadEnvelope(EventFormat.Write(new HybridEvent<ClaimedData>(
            "1.0", "e", "/devices/pump-7", EventTypes.Escalation, ids.PromptId.ToString(), ids.Deadline, "application/json", inline)));

        Assert.Equal(JsonValueKind.Object, envelope.Data.ValueKind);
        Assert.Equal(inline, EventFormat.ReadIds(envelope));
    }

    private async Task<(ReadOnlyMemory<byte> Body, QueueAddress Address)> SendAsync(HybridEvent<EscalationData> value)
    {
        var address = await NewQueueAsync();
        await Get<EventSender>().SendAsync(address, EventFormat.Write(value), Token);
        return ((await ReceiveAsync(address)).Body, address);
    }
}

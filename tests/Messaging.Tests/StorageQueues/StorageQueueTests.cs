using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;
using Hybrid.Messaging.Conformance;
using Hybrid.Messaging.DeadLetters;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Messaging.Tests.StorageQueues;

/// <summary>What only this adapter has: names, encodings, the poison queue's form, the service's refusals.</summary>
public sealed class StorageQueueTests(AzuriteFixture azurite) : StorageTestBase(azurite)
{
    private static readonly DeadLetterReason Reason = new("malformed", "It is no event of ours.");

    [Fact]
    public async Task Send_Message_IsBase64AndNeverExpires()
    {
        var address = await NewQueueAsync();

        await Transport.Open(address).SendAsync(new OutgoingMessage("1", "{\"ü\":1}"u8.ToArray()), Token);

        var raw = (await Raw(address.Name).PeekMessagesAsync(1, Token)).Value.Single();
        Assert.Equal("{\"ü\":1}", Encoding.UTF8.GetString(Convert.FromBase64String(raw.MessageText)));
        Assert.True(raw.ExpiresOn is null || raw.ExpiresOn.Value.Year > 9000, $"It expires on {raw.ExpiresOn}.");
    }

    [Theory]
    [InlineData("plain text, as a portal or another program leaves it")]
    [InlineData("{\"specversion\":\"1.0\"}")]
    [InlineData("====")]
    [InlineData("Zürich")]
    public async Task Receive_NotBase64_IsMalformedAmongOthersAndGoesAside(string text)
    {
        var address = await NewQueueAsync();
        var queue = Transport.Open(address);
        await Raw(address.Name).SendMessageAsync(text, Token);
        await queue.SendAsync(new OutgoingMessage("1", "{}"u8.ToArray()), Token);

        var messages = await queue.ReceiveAsync(32, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20), Token);
        var bad = Assert.Single(messages, message => message.Malformed is not null);
        Assert.True(await queue.DeadLetterAsync(bad, new DeadLetterReason("malformed", bad.Malformed!), Token));

        Assert.Equal(2, messages.Count);
        Assert.Equal(text, Encoding.UTF8.GetString(bad.Body.Span));
        var letter = await Get<DeadLetterStore>().ReadAsync((await ReceiveAsync(PoisonOf(address))).Body, Token);
        Assert.Equal(text, Encoding.UTF8.GetString(letter.Original.Span));
    }

    [Fact]
    public async Task DeadLetter_Text_IsReadableJsonOnThePoisonQueue()
    {
        var address = await NewQueueAsync();
        var queue = Transport.Open(address);
        await queue.SendAsync(new OutgoingMessage("1", "{\"n\":1}"u8.ToArray()), Token);

        await queue.DeadLetterAsync(await ReceiveAsync(address), Reason, Token);

        using var json = JsonDocument.Parse((await ReceiveAsync(PoisonOf(address))).Body);
        Assert.Equal("malformed", json.RootElement.GetProperty("reason").GetString());
        Assert.Equal("It is no event of ours.", json.RootElement.GetProperty("detail").GetString());
        Assert.Equal("{\"n\":1}", json.RootElement.GetProperty("original").GetString());
    }

    [Fact]
    public async Task DeadLetter_PoisonQueueMissing_IsMade()
    {
        var address = await NewQueueAsync();
        var queue = Transport.Open(address);
        await Raw(PoisonOf(address).Name).DeleteAsync(Token);
        await queue.SendAsync(new OutgoingMessage("1", "{}"u8.ToArray()), Token);

        Assert.True(await queue.DeadLetterAsync(await ReceiveAsync(address), Reason, Token));

        await ReceiveAsync(PoisonOf(address));
    }

    [Fact]
    public async Task DeadLetter_FromAPoisonQueue_IsAnError()
    {
        var address = PoisonOf(await NewQueueAsync());
        var queue = Transport.Open(address);
        await queue.SendAsync(new OutgoingMessage("1", "{}"u8.ToArray()), Token);
        var message = await ReceiveAsync(address);

        await Assert.ThrowsAsync<InvalidOperationException>(() => queue.DeadLetterAsync(message, Reason, Token));
    }

    [Fact]
    public async Task Ensure_PoisonQueue_MakesNoPoisonQueueOfItsOwn()
    {
        var address = PoisonOf(new QueueAddress($"q{Guid.NewGuid().ToString("n")[..10]}"));

        await Transport.Open(address).EnsureAsync(Token);

        Assert.False(await Raw(PoisonOf(address).Name).ExistsAsync(Token));
    }

    [Fact]
    public async Task Receive_MoreThanTheServiceGives_GivesWhatItHas()
    {
        var address = await NewQueueAsync();
        await Transport.Open(address).SendAsync(new OutgoingMessage("1", "{}"u8.ToArray()), Token);

        Assert.Single(await Transport.Open(address).ReceiveAsync(1000, TimeSpan.FromSeconds(30), TimeSpan.Zero, Token));
    }

    [Fact]
    public async Task Complete_MessageOfAnotherTransport_IsAnError()
    {
        var queue = Transport.Open(await NewQueueAsync());

        await Assert.ThrowsAsync<ArgumentException>(() => queue.CompleteAsync(new ForeignMessage(), Token));
    }

    [Fact]
    public void Open_SameAddress_IsTheSameQueue()
    {
        Assert.Same(Transport.Open(QueueAddress.Answers("pump-7")), Transport.Open(QueueAddress.Answers("pump-7")));
        Assert.NotSame(Transport.Open(QueueAddress.Answers("pump-7")), Transport.Open(QueueAddress.Answers("pump-8")));
    }

    [Theory]
    [InlineData("Answers", null)]
    [InlineData("a", null)]
    [InlineData("a--b", null)]
    [InlineData("a/b", null)]
    [InlineData("answers", "Pump")]
    [InlineData("answers", "a/../b")]
    [InlineData("answers-and-far-too-many-words", "a123456789012345678901234567890123456789")]
    public void Open_NameNoQueueCanHave_IsAnError(string name, string? device) =>
        Assert.Throws<ArgumentException>(() => Transport.Open(new QueueAddress(name, device)));

    [Fact]
    public void Open_LongestDeviceId_FitsWithItsPoisonQueue() => Transport.Open(QueueAddress.Answers(new string('a', 40)));

    [Fact]
    public async Task Send_WrongKey_IsDeniedAndTheKeyStaysSecret()
    {
        const string key = "d3Jvbmcta2V5LXdyb25nLWtleQ==";
        var parts = ConnectionString.Split(';').Select(
            part => part.StartsWith("AccountKey=", StringComparison.Ordinal) ? $"AccountKey={key}" : part);
        await using var services = Messengers.For(string.Join(';', parts));

        var failure = await Assert.ThrowsAsync<MessagingException>(
            () => services.GetRequiredService<IMessageTransport>().Open(QueueAddress.Results).SendAsync(
                new OutgoingMessage("1", "{}"u8.ToArray()), Token));

        Assert.Equal(MessagingFailure.Denied, failure.Kind);
        Assert.DoesNotContain(key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_NothingListens_IsUnavailableSoon()
    {
        await using var services = Messengers.For(
            "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;"
            + "QueueEndpoint=http://127.0.0.1:9/a;BlobEndpoint=http://127.0.0.1:9/a;");

        var failure = await Assert.ThrowsAsync<MessagingException>(
            () => services.GetRequiredService<IMessageTransport>().Open(QueueAddress.Results).SendAsync(
                new OutgoingMessage("1", "{}"u8.ToArray()), Token)
                .WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Token));

        Assert.Equal(MessagingFailure.Unavailable, failure.Kind);
    }

    private static QueueAddress PoisonOf(QueueAddress address) => new($"{address.Name}-poison");

    private QueueClient Raw(string name) =>
        new(ConnectionString, name, new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05));

    private sealed class ForeignMessage() : ReceivedMessage(ReadOnlyMemory<byte>.Empty, 1);
}

using Azure.Storage.Queues;
using Hybrid.Contracts;
using Hybrid.Messaging;
using Hybrid.Messaging.Claims;
using Hybrid.Messaging.DeadLetters;
using Hybrid.Messaging.Events;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.EdgeWorker.Tests.Cloud;

/// <summary>The cloud's side of the queues, played by the test.</summary>
internal sealed class TestCloud(string connectionString) : IAsyncDisposable
{
    private static readonly TimeSpan Lock = TimeSpan.FromMinutes(1);

    private readonly ServiceProvider _services = Services(connectionString);

    public string ConnectionString { get; } = connectionString;

    public IMessageTransport Transport => _services.GetRequiredService<IMessageTransport>();

    public EventSender Sender => _services.GetRequiredService<EventSender>();

    public EventReader Reader => _services.GetRequiredService<EventReader>();

    public ClaimStore Claims => _services.GetRequiredService<ClaimStore>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The next escalation of a device; what others have left is thrown away.</summary>
    public async Task<OpenedEvent<EscalationData>> EscalationAsync(string device)
    {
        OpenedEvent<EscalationData>? found = null;
        await Eventually.HoldsAsync(async () => (found = await TryEscalationAsync(opened => opened.Data.DeviceId == device, TimeSpan.FromSeconds(2))) is not null);
        return found!;
    }

    /// <summary>The next escalation that pleases, or null; others are thrown away.</summary>
    public async Task<OpenedEvent<EscalationData>?> TryEscalationAsync(Func<OpenedEvent<EscalationData>, bool> pleases, TimeSpan wait)
    {
        var queue = Transport.Open(QueueAddress.Escalations);
        await queue.EnsureAsync(Token);
        foreach (var message in await queue.ReceiveAsync(1, Lock, wait, Token))
        {
            var opened = await Reader.OpenAsync<EscalationData>(message.Body, EventTypes.Escalation, Token);
            await queue.CompleteAsync(message, Token);
            if (pleases(opened))
            {
                return opened;
            }
        }

        return null;
    }

    /// <summary>Answers as the function does: always the same event for the same prompt.</summary>
    public Task AnswerAsync(AnswerData answer, string? eventId = null) => Sender.SendAsync(
        QueueAddress.Answers(answer.DeviceId),
        EventFormat.Write(EventFormat.Create(
            eventId ?? $"answer-{answer.PromptId:N}", EventFormat.FunctionSource("test"), EventTypes.Answer, answer.PromptId,
            new DateTimeOffset(2026, 11, 22, 10, 30, 0, TimeSpan.Zero), answer, null)),
        Token);

    public static AnswerData Answer(EscalationData escalation, string text = "from the cloud", decimal? cost = null) => new(
        escalation.PromptId, escalation.DeviceId, escalation.JournalEpoch, CloudOutcome.Answered, text, "large", new TokenUsage(7, 3),
        cost is { } amount ? new Cost(amount, "USD") : null, "stop");

    /// <summary>A queue as any other program has it.</summary>
    public QueueClient Raw(string name) => new(
        ConnectionString, name, new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05) { MessageEncoding = QueueMessageEncoding.None });

    /// <summary>Waits until a queue holds nothing, locked or not.</summary>
    public async Task EmptyAsync(string name)
    {
        var queue = Raw(name);
        await Eventually.HoldsAsync(async () => (await queue.GetPropertiesAsync(Token)).Value.ApproximateMessagesCount == 0);
    }

    /// <summary>The next message that was put aside from a device's answers.</summary>
    public async Task<DeadLetter> PoisonAsync(string device)
    {
        var queue = Transport.Open(new QueueAddress($"answers-{device}-poison"));
        var message = Assert.Single(await queue.ReceiveAsync(1, Lock, TimeSpan.FromSeconds(30), Token));
        await queue.CompleteAsync(message, Token);
        return await _services.GetRequiredService<DeadLetterStore>().ReadAsync(message.Body, Token);
    }

    /// <summary>How many messages were put aside from a device's answers.</summary>
    public async Task<int> PoisonCountAsync(string device) =>
        (await Raw($"answers-{device}-poison").GetPropertiesAsync(Token)).Value.ApproximateMessagesCount;

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static ServiceProvider Services(string connectionString) => new ServiceCollection()
        .AddLogging()
        .AddMessaging(new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create($"{MessagingOptions.SectionName}:{nameof(MessagingOptions.ConnectionString)}", (string?)connectionString)])
            .Build())
        .BuildServiceProvider();
}

using Azure.Storage.Blobs;
using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Hosting;
using Hybrid.Contracts;
using Hybrid.FakeModelServer;
using Hybrid.Messaging;
using Hybrid.Messaging.DeadLetters;
using Hybrid.Messaging.Events;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Tests;

/// <summary>The real handlers on a real Azurite, in front of a model that does what a test wants.</summary>
internal sealed class CloudStack : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly LogCollector _logs;

    private CloudStack(ServiceProvider services, LogCollector logs, ModelEndpoint model)
    {
        _services = services;
        _logs = logs;
        Model = model;
    }

    public ModelEndpoint Model { get; }

    public IMessageTransport Transport => Get<IMessageTransport>();

    public BlobServiceClient Blobs => Get<BlobServiceClient>();

    public OutcomeStore Outcomes => Get<OutcomeStore>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Makes one, with empty queues.</summary>
    /// <param name="connectionString">The Azurite.</param>
    /// <param name="time">A clock instead of the real one.</param>
    /// <param name="settings">As <c>Section:Key=value</c>.</param>
    public static async Task<CloudStack> CreateAsync(string connectionString, TimeProvider? time = null, params string[] settings)
    {
        var model = await ModelEndpoint.StartAsync(Token);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(SettingsFor(connectionString, model))
            .AddInMemoryCollection(
                settings.Select(setting => setting.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1]))
            .Build();
        var failures = new List<string>();
        var read = CloudSettings.Read(configuration, failures);
        Assert.Empty(failures);
        var logs = new LogCollector();
        var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs));
        if (time is not null)
        {
            services.AddSingleton(time);
        }

        services.AddCloud(configuration, read);
        // Over the real one: every handler sends through it.
        var transport = services.Last(service => service.ServiceType == typeof(IMessageTransport));
        services.AddSingleton(provider => new FailingTransport((IMessageTransport)transport.ImplementationFactory!(provider)));
        services.AddSingleton<IMessageTransport>(provider => provider.GetRequiredService<FailingTransport>());

        var stack = new CloudStack(services.BuildServiceProvider(), logs, model);
        foreach (var name in new[] { "escalations", "escalations-poison", "escalations-rejected", "results", "results-poison" })
        {
            await stack.DrainAsync(new QueueAddress(name));
        }

        return stack;
    }

    /// <summary>The settings that lead to a fake model and an Azurite.</summary>
    public static Dictionary<string, string?> SettingsFor(string connectionString, ModelEndpoint model) => new()
    {
        ["Messaging:ConnectionString"] = connectionString,
        ["Model:Provider"] = "OpenAI",
        ["Model:Endpoint"] = model.OpenAIEndpoint.ToString(),
        ["Model:Model"] = "fake-large",
        ["Prices:fake-large:InputPerMillion"] = "2.5",
        ["Prices:fake-large:OutputPerMillion"] = "10",
    };

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Everything that lies on a queue, taken away.</summary>
    public async Task<List<byte[]>> DrainAsync(QueueAddress address)
    {
        var queue = Transport.Open(address);
        var bodies = new List<byte[]>();
        try
        {
            while (await queue.ReceiveAsync(32, TimeSpan.FromMinutes(1), TimeSpan.Zero, Token) is { Count: > 0 } messages)
            {
                foreach (var message in messages)
                {
                    bodies.Add(message.Body.ToArray());
                    await queue.CompleteAsync(message, Token);
                }
            }
        }
        catch (MessagingException exception) when (exception.Kind == MessagingFailure.NotFound)
        {
            // No queue, no messages.
        }

        return bodies;
    }

    /// <summary>The answers a device has got, claims opened.</summary>
    public async Task<List<HybridEvent<AnswerData>>> AnswersAsync(string device)
    {
        var answers = new List<HybridEvent<AnswerData>>();
        foreach (var body in await DrainAsync(QueueAddress.Answers(device)))
        {
            var opened = await Get<EventReader>().OpenAsync<AnswerData>(body, EventTypes.Answer, Token);
            var envelope = opened.Envelope;
            answers.Add(EventFormat.Create(
                envelope.Id, envelope.Source, envelope.Type, opened.Data.PromptId, envelope.Time, opened.Data, envelope.TraceParent));
        }

        return answers;
    }

    /// <summary>What was put aside.</summary>
    public async Task<List<DeadLetter>> RejectedAsync(QueueAddress? address = null)
    {
        var letters = new List<DeadLetter>();
        foreach (var body in await DrainAsync(address ?? QueueAddress.Rejected))
        {
            letters.Add(await Get<DeadLetterStore>().ReadAsync(body, Token));
        }

        return letters;
    }

    public async Task<AnswerData?> OutcomeAsync(EscalationData prompt) =>
        (await Outcomes.FindAsync(prompt.DeviceId, prompt.PromptId, Token))?.Answer;

    public async Task<bool> BlobExistsAsync(string path)
    {
        var parts = path.Split('/', 2);
        var container = Blobs.GetBlobContainerClient(parts[0]);
        return await container.ExistsAsync(Token) && await container.GetBlobClient(parts[1]).ExistsAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Model.DisposeAsync();
        Assert.DoesNotContain(_logs.Lines, line => line.Contains(Samples.Secret, StringComparison.Ordinal));
    }
}

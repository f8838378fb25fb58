using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.Contracts;
using Hybrid.Messaging;
using Hybrid.Messaging.Conformance;
using Hybrid.Messaging.Events;
using Hybrid.ServiceBusBroker;

namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>Both hosts over a Service-Bus-like broker: escalations come from it, and answers go back through it.</summary>
[Collection(HandlerGroup.Handlers)]
public sealed class ServiceBusHostTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Broker _broker = new(new BrokerOptions(), TimeProvider.System);
    private readonly EscalationData _prompt = Samples.Escalation(Samples.NewDevice());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker.Start();
        foreach (var (name, options) in PipelineQueues.All)
        {
            await _broker.AddQueueAsync(name, options);
        }
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Standalone_Escalation_IsAnsweredInTheDevicesSession()
    {
        await using var stack = await CreateAsync();
        await using var host = await HostRun.StartAsync(SettingsOf(stack), standalone: true);

        await SendAsync(stack, Samples.Bytes(_prompt));

        Assert.Equal("An answer.", (await AnswerAsync(stack)).Text);
    }

    [Fact]
    public async Task Standalone_SecondEscalation_IsAnsweredAgainThoughTheQueueDropsDuplicates()
    {
        await using var stack = await CreateAsync();
        await using var host = await HostRun.StartAsync(SettingsOf(stack), standalone: true);
        await SendAsync(stack, Samples.Bytes(_prompt));
        var first = await AnswerAsync(stack);

        await SendAsync(stack, Samples.Bytes(_prompt));

        Assert.Equal(first, await AnswerAsync(stack));
        Assert.Single(stack.Model.Calls);
    }

    [Theory]
    [InlineData("cloud-deploy")]
    [InlineData("cloud-aot")]
    public async Task Published_Escalation_IsAnsweredInTheDevicesSession(string name)
    {
        var folder = PublishedFolder.Find(name);
        await using var stack = await CreateAsync();
        await using var process = CloudProcess.Start(
            Path.Combine(folder, "hybrid-cloud"), ["--standalone", "--urls", "http://127.0.0.1:0"], CloudProcess.Variables(SettingsOf(stack)), folder);
        await process.ListensAsync();

        await SendAsync(stack, Samples.Bytes(_prompt));

        Assert.Equal("An answer.", (await AnswerAsync(stack)).Text);
    }

    [Fact]
    public async Task Standalone_DeadLetter_BecomesOneFailedOutcomeAndTheDeviceIsTold()
    {
        await using var stack = await CreateAsync();
        await SendAsync(stack, Samples.Bytes(_prompt));
        var queue = stack.Transport.Open(QueueAddress.Escalations);
        var message = Assert.Single(await queue.ReceiveAsync(1, TimeSpan.FromSeconds(15), Patience, Token));
        Assert.True(await queue.DeadLetterAsync(message, new DeadLetterReason("MaxDeliveryCountExceeded", "Delivered 10 times."), Token));

        await using var host = await HostRun.StartAsync(SettingsOf(stack), standalone: true);
        var answer = await AnswerAsync(stack);

        Assert.Equal((CloudOutcome.Failed, "poisoned"), (answer.Outcome, answer.Error?.Code));
        Assert.Contains("MaxDeliveryCountExceeded", answer.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(answer, await stack.OutcomeAsync(_prompt));
        Assert.Equal("MaxDeliveryCountExceeded", Assert.Single(await stack.RejectedAsync()).Reason?.Code);
        Assert.Empty(stack.Model.Calls);
    }

    [Fact]
    public async Task Trigger_Escalation_IsAnsweredInTheDevicesSession()
    {
        await using var stack = await CreateAsync();
        var request = JsonNode.Parse((string)JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "Recordings", "ServiceBus", "message.json"), Token))!["body"]!)!;
        request["Data"]!["message"] = Convert.ToBase64String(Samples.Bytes(_prompt));
        // The check of the host's settings is another test's matter: this process has none.
        await using var process = CloudProcess.Start("dotnet", ["hybrid-cloud.dll"], new Dictionary<string, string?>(CloudProcess.Variables(SettingsOf(stack)))
        {
            ["FUNCTIONS_CUSTOMHANDLER_PORT"] = FreePort(),
            ["AzureWebJobs.Escalation.Disabled"] = "true",
            ["AzureWebJobs.EscalationPoison.Disabled"] = "true",
            ["AzureWebJobs.Result.Disabled"] = "true",
            ["AzureWebJobsServiceBus"] = _broker.ConnectionString,
        });
        using var client = new HttpClient { BaseAddress = await process.ListensAsync() };

        using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri("/EscalationServiceBus", UriKind.Relative), content, Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("An answer.", (await AnswerAsync(stack)).Text);
    }

    [Fact]
    public async Task Rejected_DeadLettersAndRejected_AreListedAndReplayedUnderANewId()
    {
        await using var stack = await CreateAsync();
        await SendAsync(stack, Encoding.UTF8.GetBytes("not ours"));
        var queue = stack.Transport.Open(QueueAddress.Escalations);
        var message = Assert.Single(await queue.ReceiveAsync(1, TimeSpan.FromSeconds(15), Patience, Token));
        await queue.DeadLetterAsync(message, new DeadLetterReason("malformed", "Not ours."), Token);
        var archive = new RejectedArchive(stack.Transport, stack.Get<Messaging.DeadLetters.DeadLetterStore>(), stack.Outcomes);

        var entry = Assert.Single(await archive.TakeAsync(Token));
        var end = await archive.ReplayAsync(entry, discardOutcome: false, Token);

        Assert.Equal((RejectedMessages.EscalationsPoison, "malformed"), (entry.Queue, entry.Reason.Code));
        Assert.Equal(ReplayEnd.Replayed, end);
        // The queue drops duplicates: under the id of the original it would not be there.
        Assert.Equal("not ours", Encoding.UTF8.GetString(Assert.Single(await stack.DrainAsync(QueueAddress.Escalations))));
    }

    private static string FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task SendAsync(CloudStack stack, byte[] body) =>
        await stack.Transport.Open(QueueAddress.Escalations).SendAsync(new OutgoingMessage(Guid.NewGuid().ToString(), body), Token);

    private Task<CloudStack> CreateAsync() => CloudStack.CreateAsync(
        azurite.Server.ConnectionString, null, "Messaging:Transport=Amqp", $"Messaging:Amqp:ConnectionString={_broker.ConnectionString}");

    private Dictionary<string, string?> SettingsOf(CloudStack stack)
    {
        var settings = CloudStack.SettingsFor(azurite.Server.ConnectionString, stack.Model);
        settings["Messaging:Transport"] = "Amqp";
        settings["Messaging:Amqp:ConnectionString"] = _broker.ConnectionString;
        return settings;
    }

    /// <summary>The answer in the device's own session, opened.</summary>
    private async Task<AnswerData> AnswerAsync(CloudStack stack)
    {
        var queue = stack.Transport.Open(QueueAddress.Answers(_prompt.DeviceId));
        var message = Assert.Single(await queue.ReceiveAsync(1, TimeSpan.FromSeconds(15), Patience, Token));
        var answer = (await stack.Get<EventReader>().OpenAsync<AnswerData>(message.Body, EventTypes.Answer, Token)).Data;
        await queue.CompleteAsync(message, Token);
        return answer;
    }
}

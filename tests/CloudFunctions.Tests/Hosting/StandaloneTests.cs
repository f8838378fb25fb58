using Hybrid.CloudFunctions.Rejections;
using Hybrid.Contracts;
using Hybrid.FakeModelServer;
using Hybrid.Messaging;
using Hybrid.Messaging.Conformance;
using Hybrid.ModelWriter;

namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary><c>hybrid-cloud --standalone</c> as a real process.</summary>
[Collection(ProcessGroup.Processes)]
public sealed class StandaloneTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private readonly EscalationData _prompt = Samples.Escalation(Samples.NewDevice());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Escalation_IsAnsweredAndTermEndsWithZero()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var process = Start(stack);
        await process.ListensAsync();

        await SendAsync(stack, Samples.Bytes(_prompt));
        var answer = await AnswerAsync(stack);
        process.Terminate();

        Assert.Equal((_prompt.PromptId, CloudOutcome.Answered), (answer.PromptId, answer.Outcome));
        Assert.Equal(0, await process.ExitAsync());
        Assert.Empty(await stack.DrainAsync(QueueAddress.Escalations));
        Assert.DoesNotContain(Samples.Secret, process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KilledWhileAsking_TheNextProcessAnswersOnce()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        stack.Model.Reply = _ => FakeModelReply.Hang;
        await SendAsync(stack, Samples.Bytes(_prompt));
        await using (var first = Start(stack))
        {
            await stack.Model.WaitForCallsAsync(1).WaitAsync(Limit, Token);
            await first.KillAsync();
        }

        stack.Model.Reply = _ => FakeModelReply.Answer("Once.");
        await using var second = Start(stack);
        var answer = await AnswerAsync(stack);
        second.Terminate();

        Assert.Equal(0, await second.ExitAsync());
        Assert.Equal("Once.", answer.Text);
        Assert.Equal(answer, await stack.OutcomeAsync(_prompt));
        Assert.Empty(await stack.AnswersAsync(_prompt.DeviceId));
        Assert.Empty(await stack.DrainAsync(QueueAddress.Escalations));
        Assert.Equal(2, stack.Model.Calls.Count);
    }

    [Fact]
    public async Task TermWhileAsking_GivesTheMessageBack()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        stack.Model.Reply = _ => FakeModelReply.Hang;
        await SendAsync(stack, Samples.Bytes(_prompt));
        await using var process = Start(stack);
        await stack.Model.WaitForCallsAsync(1).WaitAsync(Limit, Token);

        process.Terminate();

        Assert.Equal(0, await process.ExitAsync());
        Assert.Single(await stack.DrainAsync(QueueAddress.Escalations));
        Assert.Null(await stack.OutcomeAsync(_prompt));
    }

    [Fact]
    public async Task TermWhileAsking_AnAnswerInTimeIsSent()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        var signal = new TaskCompletionSource();
        stack.Model.Reply = _ => FakeModelReply.AnswerAfter("Just in time.", signal.Task);
        await SendAsync(stack, Samples.Bytes(_prompt));
        await using var process = Start(stack);
        await stack.Model.WaitForCallsAsync(1).WaitAsync(Limit, Token);

        process.Terminate();
        signal.SetResult();

        Assert.Equal(0, await process.ExitAsync());
        Assert.Equal("Just in time.", (await AnswerAsync(stack)).Text);
        Assert.Empty(await stack.DrainAsync(QueueAddress.Escalations));
    }

    [Fact]
    public async Task FailingForever_EndsFailedAndIsKept()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        stack.Model.Reply = _ => FakeModelReply.Down(500);
        await using var process = Start(stack, visibilityTimeout: "00:00:01");
        await process.ListensAsync();

        // Made once: the length of its time changes with the moment.
        var message = Samples.Bytes(_prompt);
        await SendAsync(stack, message);
        var answer = await AnswerAsync(stack);
        process.Terminate();

        Assert.Equal((CloudOutcome.Failed, "poisoned"), (answer.Outcome, answer.Error?.Code));
        Assert.Equal(0, await process.ExitAsync());
        Assert.Equal(5, stack.Model.Calls.Count);
        Assert.Equal(message.Length, Assert.Single(await stack.RejectedAsync()).Original.Length);
        Assert.Empty(await stack.DrainAsync(RejectedMessages.EscalationsPoison));
    }

    [Fact]
    public async Task Result_IsStored()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var process = Start(stack);
        await process.ListensAsync();
        var time = new DateTimeOffset(2026, 5, 4, 0, 0, 0, TimeSpan.Zero);
        var body = EventFormat.Write(EventFormat.Create(
            "r-1", EventFormat.DeviceSource(_prompt.DeviceId), EventTypes.Result, _prompt.PromptId, time,
            new ResultData(_prompt.PromptId, _prompt.DeviceId, Samples.Epoch, PromptState.Answered, PromptRoute.Local, ReasonCode.Mode, 1),
            null));

        await SendAsync(stack, body, QueueAddress.Results);
        await StoredAsync().WaitAsync(Limit, Token);
        process.Terminate();

        Assert.Equal(0, await process.ExitAsync());
        Assert.Empty(await stack.DrainAsync(QueueAddress.Results));

        // Nobody tells when a result is stored; the storage account can only be asked.
        async Task StoredAsync()
        {
            while (!await stack.BlobExistsAsync($"results/2026/05/04/{_prompt.DeviceId}/{_prompt.PromptId}.json"))
            {
                Token.ThrowIfCancellationRequested();
            }
        }
    }

    [Fact]
    public async Task LocalModelFolder_Answers()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        var folder = Directory.CreateTempSubdirectory("hybrid-cloud-").FullName;
        ModelFolderWriter.Write(folder, ModelShape.Tiny, new RandomWeights(1), SideFiles.TinyByteLevel());
        var prompt = _prompt with { Options = new PromptOptions(MaxTokens: 4) };
        await SendAsync(stack, Samples.Bytes(prompt));

        await using (var process = CloudProcess.Start(
            ["--standalone", "--urls", "http://127.0.0.1:0", $"--Model:Path={folder}"],
            new() { ["Messaging:ConnectionString"] = azurite.Server.ConnectionString }))
        {
            var answer = await AnswerAsync(stack);
            process.Terminate();

            Assert.Equal((CloudOutcome.Answered, 4), (answer.Outcome, answer.Usage?.OutputTokens));
            Assert.Equal(0, await process.ExitAsync());
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task PortInUse_SaysSoAndExits1()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var process = CloudProcess.Start(
            ["--standalone", "--urls", stack.Model.AzureEndpoint.ToString()],
            CloudStack.SettingsFor(azurite.Server.ConnectionString, stack.Model));

        Assert.Equal(1, await process.ExitAsync());
        Assert.Contains("--urls", process.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Model:Provider", "Oracle", "Model:Provider is 'Oracle'")]
    [InlineData("Messaging:Transport", "Pigeon", "Messaging:Transport is 'Pigeon'")]
    public async Task BadConfiguration_NamesKeyAndValueAndExits2(string key, string value, string named)
    {
        await using var process = CloudProcess.Start(["--standalone", "--urls", "http://127.0.0.1:0"], new() { [key] = value });

        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains(named, process.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DamagedModelFolder_SaysSoAndExits2()
    {
        await using var process = CloudProcess.Start(
            ["--standalone", "--urls", "http://127.0.0.1:0"],
            new() { ["Messaging:ConnectionString"] = azurite.Server.ConnectionString, ["Model:Path"] = AppContext.BaseDirectory });

        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains("Model:Path is ", process.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Errors, StringComparison.Ordinal);
    }

    private CloudProcess Start(CloudStack stack, string visibilityTimeout = "00:00:05")
    {
        var all = CloudStack.SettingsFor(azurite.Server.ConnectionString, stack.Model);
        all["Lease:Duration"] = "00:00:15";
        var variables = CloudProcess.Variables(all);
        variables["AzureFunctionsJobHost__extensions__queues__visibilityTimeout"] = visibilityTimeout;
        return CloudProcess.Start("dotnet", ["hybrid-cloud.dll", "--standalone", "--urls", "http://127.0.0.1:0"], variables);
    }

    private static async Task SendAsync(CloudStack stack, byte[] body, QueueAddress? address = null)
    {
        var queue = stack.Transport.Open(address ?? QueueAddress.Escalations);
        await queue.EnsureAsync(Token);
        await queue.SendAsync(new OutgoingMessage(Guid.NewGuid().ToString(), body), Token);
    }

    private async Task<AnswerData> AnswerAsync(CloudStack stack)
    {
        var queue = stack.Transport.Open(QueueAddress.Answers(_prompt.DeviceId));
        await queue.EnsureAsync(Token);
        var message = Assert.Single(await queue.ReceiveAsync(1, TimeSpan.FromMinutes(1), Limit, Token));
        await queue.CompleteAsync(message, Token);
        return EventFormat.ReadData<AnswerData>(EventFormat.ReadEnvelope(message.Body.Span), EventTypes.Answer, claim: null);
    }
}

using System.Net;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.EdgeWorker.Routing;
using Hybrid.EdgeWorker.Tests.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.EdgeWorker.Tests.Pipeline;

/// <summary>When the model begins before the journal has a prompt, and that nothing of it remains where it was in vain.</summary>
public sealed class HeadStartsTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Interactive", TestModels.Name, true, true)]
    [InlineData("Interactive", ModelNames.Cloud, true, false)]
    [InlineData("Batch", TestModels.Name, true, false)]
    [InlineData("Interactive", TestModels.Name, false, false)]
    public async Task Begin_OnlyWhereSomebodyWaitsAndAWorkerIsFree(string kind, string model, bool works, bool expected)
    {
        await using var device = await TestDevice.StartAsync(_folder.Path, models.Folder, works: works);
        device.Link.Succeeded();
        var starts = device.Services.GetRequiredService<HeadStarts>();
        if (works)
        {
            await Eventually.HoldsAsync(() => device.Services.GetRequiredService<PromptQueue>().FreeWorkers > 0);
        }

        var prompt = Prompt(Enum.Parse<PromptKind>(kind), model);
        starts.Begin(prompt);
        var begun = starts.Take(prompt.Id);

        Assert.Equal(expected, begun is not null);
        Assert.Null(starts.Take(prompt.Id));
        if (begun is { Run: var run, Decision: var decision })
        {
            Assert.Equal(PromptRoute.Local, decision.Route);
            var pieces = 0;
            await foreach (var update in run.ReadAsync(Token))
            {
                pieces += update.Text.Length > 0 ? 1 : 0;
            }

            Assert.True(pieces > 0);
            await run.DisposeAsync();
        }
    }

    [Fact]
    public async Task Begin_MoreThanWorkersAreFree_TheRestMustWait()
    {
        await using var device = await TestDevice.StartAsync(_folder.Path, models.Folder, pipeline: new PipelineOptions { InteractiveConcurrency = 2 });
        device.Link.Succeeded();
        var starts = device.Services.GetRequiredService<HeadStarts>();
        await Eventually.HoldsAsync(() => device.Services.GetRequiredService<PromptQueue>().FreeWorkers == 2);
        var prompts = Enumerable.Range(0, 3).Select(_ => Prompt(PromptKind.Interactive, TestModels.Name)).ToList();

        prompts.ForEach(starts.Begin);
        var begun = prompts.Select(prompt => starts.Take(prompt.Id)).ToList();
        var afterwards = Prompt(PromptKind.Interactive, TestModels.Name);
        starts.Begin(afterwards);
        begun.Add(starts.Take(afterwards.Id));

        Assert.Equal([true, true, false, true], begun.Select(start => start is not null));
        foreach (var start in begun)
        {
            await (start?.Run.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        await Eventually.HoldsAsync(() => device.IsIdle);
    }

    [Fact]
    public async Task Prompt_NotAccepted_ItsRunIsStopped()
    {
        await using var device = await TestDevice.StartAsync(_folder.Path, models.Folder);
        device.Link.Succeeded();
        await AskAsync(device, "k", "Which pump?", HttpStatusCode.OK);

        // The key is known only to the journal, so the model begins in vain each time; runs that went on would pile up.
        for (var i = 0; i < 40; i++)
        {
            await AskAsync(device, "k", "Which other pump?", HttpStatusCode.UnprocessableEntity);
        }

        var status = device.Services.GetRequiredService<LocalModels>().Status!;
        Assert.InRange(status.Active + status.Queued, 0, 20);
        Assert.Single(device.Journal.List(null, 10));
    }

    public void Dispose() => _folder.Dispose();

    private static NewPrompt Prompt(PromptKind kind, string model) => new()
    {
        Id = Guid.CreateVersion7(),
        Kind = kind,
        AcceptedAt = DateTimeOffset.UnixEpoch,
        Deadline = DateTimeOffset.UnixEpoch.AddHours(1),
        Messages = [new PromptMessage(MessageRole.User, "Which pump?")],
        Options = new PromptOptions { MaxTokens = 16 },
        Model = model,
    };

    private static async Task AskAsync(TestDevice device, string key, string prompt, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "hybrid/prompts")
        {
            Content = new StringContent(
                $$"""{"prompt":"{{prompt}}","model":"{{TestModels.Name}}","interactive":true,"options":{"maxTokens":400} }""", null, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", key);
        request.Headers.Add("Prefer", "wait=60");
        using var response = await device.Http.SendAsync(request, Token);
        Assert.Equal(expected, response.StatusCode);
    }
}

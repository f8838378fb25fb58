using System.Text;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.CloudFunctions.Results;
using Hybrid.Contracts;
using Hybrid.Messaging;
using Hybrid.Messaging.Conformance;

namespace Hybrid.CloudFunctions.Tests.Results;

[Collection(HandlerGroup.Handlers)]
public sealed class ResultHandlerTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Day = new(2026, 11, 22, 23, 30, 0, TimeSpan.FromHours(-2));
    private readonly string _device = Samples.NewDevice();
    private readonly Guid _prompt = Guid.CreateVersion7();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Handle_Twice_StoresOnceByDayAndDevice()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        var body = Bytes(text: null);

        Assert.Equal(Handled.Done, await stack.Get<ResultHandler>().HandleAsync(body, Token));
        Assert.Equal(Handled.Done, await stack.Get<ResultHandler>().HandleAsync(body, Token));

        var stored = await stack.Blobs.GetBlobContainerClient("results")
            .GetBlobClient($"2026/11/23/{_device}/{_prompt}.json").DownloadContentAsync(Token);
        Assert.Equal(body, stored.Value.Content.ToArray());
    }

    [Fact]
    public async Task Handle_Claimed_StoresItWholeAndDeletesTheClaim()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        var whole = Bytes(new string('x', 100_000));
        await stack.Transport.Open(QueueAddress.Results).EnsureAsync(Token);
        await stack.Get<Messaging.Events.EventSender>().SendAsync(QueueAddress.Results, whole, Token);
        var body = Assert.Single(await stack.DrainAsync(QueueAddress.Results));

        await stack.Get<ResultHandler>().HandleAsync(body, Token);
        await stack.Get<ResultHandler>().HandleAsync(body, Token);

        var stored = await stack.Blobs.GetBlobContainerClient("results")
            .GetBlobClient($"2026/11/23/{_device}/{_prompt}.json").DownloadContentAsync(Token);
        Assert.Equal(whole, stored.Value.Content.ToArray());
        Assert.False(await stack.BlobExistsAsync(EventFormat.ReadEnvelope(body).DataRef!));
        Assert.Empty(await stack.RejectedAsync(RejectedMessages.ResultsPoison));
    }

    [Theory]
    [InlineData("not ours")]
    [InlineData("""{"specversion":"1.0"}""")]
    public async Task Handle_Malformed_IsKeptWithTheReason(string body)
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);

        Assert.Equal(Handled.Done, await stack.Get<ResultHandler>().HandleAsync(Encoding.UTF8.GetBytes(body), Token));

        Assert.Equal("malformed", Assert.Single(await stack.RejectedAsync(RejectedMessages.ResultsPoison)).Reason?.Code);
    }

    private byte[] Bytes(string? text) => EventFormat.Write(EventFormat.Create(
        "r-1", EventFormat.DeviceSource(_device), EventTypes.Result, _prompt, Day,
        new ResultData(_prompt, _device, Samples.Epoch, PromptState.Answered, PromptRoute.Local, ReasonCode.Mode, 12.5, Text: text), null));
}

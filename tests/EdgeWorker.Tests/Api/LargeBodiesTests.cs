using System.Net;
using System.Net.Sockets;
using System.Text;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Api;

public sealed class LargeBodiesTests(TestModels models)
{
    private const int Most = 2 * LargeBodies.Large;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly LargeBodies _bodies = new(new ApiOptions { MaxBodyBytes = Most }, new MemoryReturn(TimeProvider.System));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Hold_EightOfTheLargest_LeaveNoRoomForAnotherUntilOneEnds()
    {
        var holds = Enumerable.Range(0, 8).Select(_ => _bodies.Begin()).ToList();
        Assert.All(holds, hold => Assert.True(hold.TryGrow(Most)));
        using var late = _bodies.Begin();

        var refused = late.TryGrow(LargeBodies.Large);
        holds[0].Dispose();
        // Once only.
        holds[0].Dispose();

        Assert.False(refused);
        Assert.True(late.TryGrow(LargeBodies.Large));
        Assert.True(late.TryGrow(Most));
        using var later = _bodies.Begin();
        Assert.False(later.TryGrow(LargeBodies.Large));
        holds.ForEach(hold => hold.Dispose());
    }

    [Fact]
    public void Hold_SmallBodies_AreNotCounted()
    {
        using var full = _bodies.Begin();
        Assert.True(full.TryGrow(8 * Most));
        using var small = _bodies.Begin();

        Assert.True(small.TryGrow(LargeBodies.Large - 1));
        Assert.False(small.TryGrow(LargeBodies.Large));
    }

    [Theory]
    [InlineData("v1/chat/completions", HttpStatusCode.NotFound)]
    [InlineData("hybrid/prompts", HttpStatusCode.BadRequest)]
    public async Task Bodies_ThatNeverEnd_KeepOthersOutOnlyWhileTheyAreThere(string path, HttpStatusCode usual)
    {
        using var folder = new TemporaryFolder();
        await using var device = await TestDevice.StartAsync(folder.Path, models.Folder, api: new ApiOptions { MaxBodyBytes = Most });
        var body = $$"""{"model":"gpt-9","messages":[{"role":"user","content":"{{new string('x', Most - 1024)}}"}]}""";
        var open = new List<TcpClient>();

        // One that comes while others still arrive may take the room of one of them: until a whole one finds none, there are more.
        await Eventually.HoldsAsync(
            async () =>
            {
                open.Add(await BeginAsync(device, path, body));
                return await SendAsync(device, path, body) == HttpStatusCode.TooManyRequests;
            },
            Patience, Look);
        var small = await SendAsync(device, path, """{"model":"gpt-9","messages":[{"role":"user","content":"x"}]}""");
        open.ForEach(client => client.Dispose());

        Assert.True(open.Count >= 8, $"{open.Count} were enough.");
        Assert.Equal(usual, small);
        await Eventually.HoldsAsync(async () => await SendAsync(device, path, body) != HttpStatusCode.TooManyRequests, Patience, Look);
    }

    private static async Task<TcpClient> BeginAsync(TestDevice device, string path, string body)
    {
        var client = new TcpClient();
        await client.ConnectAsync(device.Http.BaseAddress!.Host, device.Http.BaseAddress.Port, Token);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"POST /{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body[..^1]}"), Token);
        return client;
    }

    private static async Task<HttpStatusCode> SendAsync(TestDevice device, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await device.Http.PostAsync(new Uri(path, UriKind.Relative), content, Token);
        Assert.Equal(response.StatusCode == HttpStatusCode.TooManyRequests, response.Headers.RetryAfter is not null);
        return response.StatusCode;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Hybrid.EdgeWorker.Api.Access;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary><c>hybrid-edge keys</c>, with and without a running device.</summary>
public sealed class KeysCommandTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Add_WithoutADevice_ShowsTheKeyOnceAndKeepsItsHash()
    {
        var folder = _data.File("new");
        var (code, output, error) = await KeysAsync(folder, "add", "open-webui");

        var secret = output.Trim();
        Assert.Equal(0, code);
        Assert.Matches("^hyb_[0-9a-f]{64}$", secret);
        Assert.DoesNotContain(secret, error, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.GetFiles(folder), file => File.ReadAllText(file).Contains(secret[4..], StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "api-keys.json")));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        }

        var (_, list, _) = await KeysAsync(folder, "list", "--json");
        using var listed = JsonDocument.Parse(list);
        var key = Assert.Single(listed.RootElement.GetProperty("keys").EnumerateArray());
        Assert.Equal(("open-webui", true), (key.GetProperty("name").GetString(), key.GetProperty("active").GetBoolean()));
        Assert.DoesNotContain("hash", list, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(secret.Length, (await KeysAsync(folder, "add", "another")).Output.Trim().Length);
    }

    [Fact]
    public async Task RunningDevice_KeyAddedAndRevoked_CountsWithTheNextRequest()
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, null));

        var first = (await KeysAsync(_data.Path, "add", "first")).Output.Trim();
        var second = (await KeysAsync(_data.Path, "add", "second")).Output.Trim();

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, null));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, first));
        Assert.Equal(0, (await KeysAsync(_data.Path, "revoke", "first")).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, first));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, second));
        Assert.Equal(0, (await KeysAsync(_data.Path, "revoke", "second")).Code);
        // The last one gone does not open the door.
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, null));
        // The folder's own user needs none.
        var (code, _, error) = await EdgeProcess.RunAsync(models, ["prompts", "list", "--data", _data.Path]);
        Assert.True(code == 0, error);
    }

    [Theory]
    [InlineData(2, "called twin", "add", "twin")]
    [InlineData(2, "1 to 64 characters", "add", "")]
    [InlineData(2, "1 to 64 characters", "add", " padded")]
    [InlineData(2, "1 to 64 characters", "add", "line\nbreak")]
    [InlineData(1, "no active key called nobody", "revoke", "nobody")]
    public async Task Wrong_SaysWhatAndLeavesTheKeysAsTheyWere(int expected, string says, params string[] arguments)
    {
        await KeysAsync(_data.Path, "add", "twin");
        var before = await File.ReadAllTextAsync(_data.File("api-keys.json"), Token);

        var (code, output, error) = await KeysAsync(_data.Path, arguments);

        Assert.Equal((expected, ""), (code, output));
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(_data.File("api-keys.json"), Token));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1000001")]
    [InlineData("many")]
    public async Task Add_BadRate_Exits2AndMakesNoKey(string rate)
    {
        var (code, _, error) = await KeysAsync(_data.Path, "add", "fast", "--requests-per-minute", rate);

        Assert.Equal(2, code);
        Assert.Contains($"'{rate}'; it must be a whole number between 1 and 1000000", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_data.File("api-keys.json")));
    }

    [Fact]
    public async Task Damaged_CommandsAndDeviceSaySoAndNobodyGetsIn()
    {
        await File.WriteAllTextAsync(_data.File("api-keys.json"), "{\"keys\":[", Token);

        var (code, _, error) = await KeysAsync(_data.Path, "list");
        await using var process = EdgeProcess.Start(models, ["serve", "--url", "http://127.0.0.1:0", "--data", _data.Path]);
        var (served, _, refused) = await process.EndAsync();

        Assert.Equal((1, 1), (code, served));
        Assert.Contains("api-keys.json is damaged", error, StringComparison.Ordinal);
        Assert.Contains("api-keys.json is damaged", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwentyAtOnce_NoKeyIsLost()
    {
        var file = new KeyFile(_data.Path);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(
            () => file.ChangeAsync(keys => keys.With(new ApiKey($"key-{number}", $"{number}", "", DateTimeOffset.UnixEpoch)), Token), Token)));

        Assert.Equal(20, file.Read().Keys.Count);
    }

    public void Dispose() => _data.Dispose();

    private static async Task<HttpStatusCode> StatusAsync(EdgeServer server, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "hybrid/status");
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        using var response = await server.Http.SendAsync(request, Token);
        return response.StatusCode;
    }

    private async Task<(int Code, string Output, string Error)> KeysAsync(string folder, params string[] arguments) =>
        await EdgeProcess.RunAsync(models, ["keys", .. arguments, "--data", folder]);
}

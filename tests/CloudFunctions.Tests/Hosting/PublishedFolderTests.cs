using System.Net;
using System.Text.Json.Nodes;
using Hybrid.Messaging;
using Hybrid.Messaging.Conformance;

namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>
/// What <c>packaging/publish.sh</c> made, under a host that starts it as its host.json says: the folder for <c>func start</c>, the one for
/// Azure, and the one of machine code.
/// </summary>
[Collection(ProcessGroup.Processes)]
public sealed class PublishedFolderTests(AzuriteFixture azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cloud")]
    [InlineData("cloud-deploy")]
    [InlineData("cloud-aot")]
    public async Task Published_RecordedHostRequests_AreAnswered(string name)
    {
        var folder = PublishedFolder.Find(name);
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack, folder, azure: false);

        using var ready = await ReplayAsync(host, "readiness", "/", "/");
        using var get = await ReplayAsync(host, "http-forwarded-get", "/api/httpfn/42", "/api/prompts/42");
        using var post = await ReplayAsync(host, "http-forwarded-post", "/api/httpfn", "/api/prompts");
        using var json = await ReplayAsync(host, "queue-json-message", "/qfn", "/Escalation");
        using var text = await ReplayAsync(host, "queue-plain-text", "/qfn", "/Escalation");
        using var again = await ReplayAsync(host, "queue-redelivery-3", "/qfn", "/Escalation");

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.BadRequest), (ready.StatusCode, get.StatusCode, post.StatusCode));
        foreach (var response in new[] { json, text, again })
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!.AsObject();
            Assert.Equal(["Outputs", "Logs", "ReturnValue"], body.Select(pair => pair.Key));
        }

        Assert.Equal(3, (await stack.RejectedAsync()).Count);
    }

    [Theory]
    [InlineData("cloud-deploy", false)]
    [InlineData("cloud-aot", false)]
    [InlineData("cloud-aot", true)]
    public async Task Published_Escalation_IsAnsweredByTheProvider(string name, bool azure)
    {
        var folder = PublishedFolder.Find(name);
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        await using var host = await StartAsync(stack, folder, azure);
        var prompt = Samples.Escalation(Samples.NewDevice());

        var queue = stack.Transport.Open(QueueAddress.Escalations);
        await queue.EnsureAsync(Token);
        await queue.SendAsync(new OutgoingMessage(Guid.NewGuid().ToString(), Samples.Bytes(prompt)), Token);
        await host.WaitForAsync("Escalation", AttemptEnd.Succeeded);

        Assert.Equal("An answer.", Assert.Single(await stack.AnswersAsync(prompt.DeviceId)).Data.Text);
        Assert.Equal(azure, Assert.Single(stack.Model.Calls).Path.StartsWith("/openai/deployments/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cloud-deploy")]
    [InlineData("cloud-aot")]
    public void Published_ForAzure_BringsAllItNeeds(string name)
    {
        var folder = PublishedFolder.Find(name);
        var host = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "host.json")))!;
        var program = Path.Combine(folder, (string)host["customHandler"]!["description"]!["defaultExecutablePath"]!);
        var bundle = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "local.settings.json")))!["Values"]!;

        Assert.Equal("\u007fELF"u8.ToArray(), File.ReadAllBytes(program)[..4]);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(program).HasFlag(UnixFileMode.UserExecute));
        Assert.Empty(host["customHandler"]!["description"]!["arguments"]!.AsArray());
        Assert.True(File.Exists(Path.Combine(folder, "libonnxruntime.so")));
        Assert.Equal(
            Directory.EnumerateFiles(AppContext.BaseDirectory, "function.json", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(AppContext.BaseDirectory, file)).Order(),
            Directory.EnumerateFiles(folder, "function.json", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order());
        Assert.Equal("Microsoft.Azure.Functions.ExtensionBundle", (string?)bundle["AzureFunctionsJobHost__extensionBundle__id"]);
    }

    private async Task<FunctionsHostDouble> StartAsync(CloudStack stack, string folder, bool azure)
    {
        var settings = CloudStack.SettingsFor(azurite.Server.ConnectionString, stack.Model);
        settings.Remove("Messaging:ConnectionString");
        if (azure)
        {
            settings["Model:Provider"] = "AzureOpenAI";
            settings["Model:Endpoint"] = stack.Model.AzureEndpoint.ToString();
            settings["Model:Deployment"] = "my-gpt";
            settings["Model:ApiKey"] = "k-1";
            settings.Remove("Model:Model");
        }

        var variables = CloudProcess.Variables(settings);
        if (folder.Contains("cloud-", StringComparison.Ordinal))
        {
            // Azure's custom runtime: no .NET, neither on the path nor by a variable.
            variables["PATH"] = "";
            variables["DOTNET_ROOT"] = null;
        }

        return await FunctionsHostDouble.StartAsync(
            azurite.Server.ConnectionString, variables, visibilityTimeout: TimeSpan.FromSeconds(1), folder: folder);
    }

    private static Task<HttpResponseMessage> ReplayAsync(FunctionsHostDouble host, string recording, string recordedPath, string path) =>
        Recording.ReplayAsync(host.Http, host.Address("/"), recording, recordedPath, path);
}

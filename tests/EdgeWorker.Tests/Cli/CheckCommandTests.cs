using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary><c>hybrid-edge --check</c> as an operator sees it.</summary>
public sealed class CheckCommandTests(TestModels models)
{
    [Theory]
    [InlineData("--check")]
    [InlineData("serve")]
    public async Task Models_NoSuchFolder_NamesTheKeyAndExits2(string command)
    {
        using var folder = new TemporaryFolder();

        var (code, _, error) = await EdgeProcess.RunAsync(
            models, [command, "--data", folder.Path], null, ("HYBRID__Models__Path", "/no/such/folder"), ("HYBRID__Models__EmbeddingPath", "/nor/this"));

        Assert.Equal(2, code);
        Assert.Contains("Models:Path is '/no/such/folder', which does not exist", error, StringComparison.Ordinal);
        Assert.Contains("Models:EmbeddingPath is '/nor/this', which does not exist", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_Sound_PrintsTheSettingsWithSecretsMasked()
    {
        var (code, output, error) = await EdgeProcess.RunAsync(
            models, ["--check", "--mode", "CloudFirst", "--data", "some-folder", "--url", "http://127.0.0.1:8123"], null,
            ("HYBRID__Routing__ConfidenceThreshold", "0.75"), ("HYBRID__Routing__Mode", "LocalOnly"),
            ("HYBRID__Routing__ConfidenceTreshold", "0.5"), ("HYBRID__Messaging__Amqp__Password", "c2VjcmV0"),
            ("HYBRID__Routing__Chores__mine", "^MY CHORE"));

        Assert.Equal(0, code);
        Assert.Contains("Routing:Chores:mine = ^MY CHORE", output, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", output, StringComparison.Ordinal);
        Assert.Equal("Routing:ConfidenceTreshold is set, but hybrid-edge has no such setting.", error.Trim());
        Assert.Contains("Pipeline:BatchDeadline = 1.00:00:00", output, StringComparison.Ordinal);
        Assert.Contains("Device:Id = (not set)", output, StringComparison.Ordinal);
        Assert.Contains("Routing:ConfidenceThreshold = 0.75", output, StringComparison.Ordinal);
        Assert.Contains("Routing:Mode = CloudFirst", output, StringComparison.Ordinal);
        Assert.Contains("Journal:Folder = some-folder", output, StringComparison.Ordinal);
        Assert.Contains("Api:Url = http://127.0.0.1:8123", output, StringComparison.Ordinal);
        Assert.Contains("Messaging:ConnectionString = ***", output, StringComparison.Ordinal);
        Assert.Contains("Messaging:Amqp:Password = ***", output, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists("some-folder"));
    }

    [Fact]
    public async Task Check_BadValues_ListsEveryOneWithItsRemedy()
    {
        var (code, output, error) = await EdgeProcess.RunAsync(
            models, ["--check", "--url", "http://example.com:8000"], null,
            ("HYBRID__Device__Id", "Pump_7"), ("HYBRID__Routing__Mode", "Sometimes"), ("HYBRID__Routing__ConfidenceThreshold", "3"),
            ("HYBRID__Pipeline__BatchConcurrency", "0"), ("HYBRID__Pipeline__InteractiveDeadline", "soon"),
            ("HYBRID__Pipeline__PublishText", "yes"),
            ("HYBRID__Journal__SendBatch", "1001"), ("HYBRID__Journal__Folder", " "), ("HYBRID__Models__Threads", "-1"),
            ("HYBRID__Journal__MaxBytes", "1024"), ("HYBRID__Journal__MaxPrompts", "0"), ("HYBRID__Journal__MaxResults", "many"),
            ("HYBRID__Journal__KeepSettled", "00:00:00"),
            ("HYBRID__Messaging__Transport", "Pigeon"));

        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((2, ""), (code, output));
        foreach (var key in new[]
        {
            "Device:Id is 'Pump_7'", "Routing:Mode is 'Sometimes'", "Routing:ConfidenceThreshold is '3'", "Pipeline:BatchConcurrency is '0'",
            "Pipeline:InteractiveDeadline is 'soon'", "Pipeline:PublishText is 'yes'", "Journal:SendBatch is '1001'",
            "Journal:Folder is ' '", "Journal:MaxBytes is '1024'", "Journal:MaxPrompts is '0'", "Journal:MaxResults is 'many'",
            "Journal:KeepSettled is '00:00:00'",
            "Models:Threads is '-1'", "Api:Url is 'http://example.com:8000'", "Messaging:Transport",
        })
        {
            var line = Assert.Single(lines, line => line.StartsWith(key, StringComparison.Ordinal));
            Assert.Contains("HYBRID__", line, StringComparison.Ordinal);
        }

        Assert.Equal(15, lines.Length);
    }

    [Theory]
    [InlineData("http://example.com:8000")]
    [InlineData("http://*:8000")]
    [InlineData("https://127.0.0.1:8000")]
    [InlineData("http://127.0.0.1:8000/path")]
    [InlineData("8000")]
    public async Task Check_AddressNobodyCanListenOn_IsRefused(string url)
    {
        var (code, _, error) = await EdgeProcess.RunAsync(models, ["--check", "--url", url]);

        Assert.Equal(2, code);
        Assert.StartsWith($"Api:Url is '{url}'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_PausesThatContradict_AreRefused()
    {
        var (code, _, error) = await EdgeProcess.RunAsync(
            models, ["--check"], null, ("HYBRID__Journal__RetryDelay", "00:02:00"), ("HYBRID__Journal__MaxRetryDelay", "00:01:00"));

        Assert.Equal(2, code);
        Assert.Contains("must not exceed MaxRetryDelay", error, StringComparison.Ordinal);
    }
}

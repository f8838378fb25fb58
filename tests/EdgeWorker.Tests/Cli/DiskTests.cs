using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Tests.Journal;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary>
/// Disks that are full or cannot be written, as the system has them: mounted for the device alone. What SQLite makes of a full disk is also
/// tested where nothing can be mounted; see <see cref="JournalWriterTests"/>.
/// </summary>
public sealed class DiskTests(TestModels models) : IDisposable
{
    private const int MostPrompts = 400;

    private readonly TemporaryFolder _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DiskFull_PromptsAreRefusedAndAfterwardsEverythingAcceptedSettles()
    {
        await NeedMountsAsync();
        var folder = _data.File("disk");
        Directory.CreateDirectory(folder);
        await using var server = await EdgeServer.StartMountedAsync(
            models, $"mount -t tmpfs -o size=6m none '{folder}'", folder, "--mode", "LocalOnly");
        var inside = $"/proc/{server.Process.Id}/root{folder}";
        var accepted = new List<Guid> { (await server.PostAsync(Large(0))).Id };

        Fill(Path.Combine(inside, "filler"));
        HttpResponseMessage refused;
        while ((refused = await TryPostAsync(server, accepted)).IsSuccessStatusCode)
        {
            Assert.True(accepted.Count < MostPrompts, "The disk never was full.");
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        var problem = (await refused.Content.ReadFromJsonAsync(ApiJson.Default.ProblemDetails, Token))!;
        Assert.Contains("disk is full", problem.Detail, StringComparison.Ordinal);
        await Eventually.HoldsAsync(
            async () => (await server.Http.GetAsync("readyz", Token)).StatusCode == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("healthz", Token)).StatusCode);

        File.Delete(Path.Combine(inside, "filler"));
        await Eventually.HoldsAsync(async () => (await server.Http.GetAsync("readyz", Token)).StatusCode == HttpStatusCode.OK);
        accepted.Add((await server.PostAsync(Large(1))).Id);
        foreach (var id in accepted)
        {
            await Eventually.HoldsAsync(
                async () => (await server.GetAsync(id, wait: 10)).State is PromptState.Answered or PromptState.Failed);
        }

        var status = await server.StatusAsync();
        Assert.Equal(accepted.Count, status.Prompts.Values.Sum());
        Assert.Equal(accepted.Count, accepted.Distinct().Count());
    }

    [Fact]
    public async Task FolderReadOnly_SaysSoChangesNothingAndWorksAgainAfterwards()
    {
        await NeedMountsAsync();
        Guid id;
        await using (var server = await EdgeServer.StartAsync(models, _data.Path, ["--mode", "CloudOnly"]))
        {
            id = (await server.PostAsync(new PromptBody("Which pump?", WaitOffline: true))).Id;
            await server.Process.KillAsync();
        }

        var before = Directory.GetFiles(_data.Path).Order().Select(path => (path, Convert.ToHexString(File.ReadAllBytes(path)))).ToList();
        var mount = $"mount --bind '{_data.Path}' '{_data.Path}'; mount -o remount,bind,ro '{_data.Path}'";

        foreach (var command in new string[][]
        {
            ["serve", "--url", "http://127.0.0.1:0", "--mode", "CloudOnly"], ["ask", "Which pump?"], ["journal", "check"],
        })
        {
            await using var process = EdgeProcess.StartMounted(models, mount, [.. command, "--data", _data.Path]);
            var (code, output, error) = await process.EndAsync();

            Assert.Equal((command[0] == "journal" ? 2 : 1, ""), (code, output));
            Assert.Contains($"The data folder {_data.Path} cannot be used", error, StringComparison.Ordinal);
            Assert.Contains("Read-only file system", error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        }

        Assert.Equal(before, Directory.GetFiles(_data.Path).Order().Select(path => (path, Convert.ToHexString(File.ReadAllBytes(path)))));
        await using var again = await EdgeServer.StartAsync(models, _data.Path, ["--mode", "CloudOnly"]);
        await Eventually.HoldsAsync(async () => (await again.GetAsync(id)).State == PromptState.Escalated);
    }

    public void Dispose() => _data.Dispose();

    private static PromptBody Large(int number) =>
        new($"Which pump, {number}? {new string('x', 300)}", Options: new PromptOptions(MaxTokens: 2));

    private static async Task<HttpResponseMessage> TryPostAsync(EdgeServer server, List<Guid> accepted)
    {
        // Far too long for the local model: what fills the disk is what was asked.
        var body = new PromptBody(new string('x', 60_000), Options: new PromptOptions(MaxTokens: 2));
        var response = await server.Http.PostAsJsonAsync("hybrid/prompts", body, ApiJson.Default.PromptBody, Token);
        if (response.IsSuccessStatusCode)
        {
            accepted.Add((await response.Content.ReadFromJsonAsync(ApiJson.Default.PromptView, Token))!.Id);
        }

        return response;
    }

    /// <summary>Takes all the room there is.</summary>
    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        foreach (var size in new[] { 4096, 1 })
        {
            try
            {
                while (true)
                {
                    file.Write(Encoding.ASCII.GetBytes(new string('f', size)));
                }
            }
            catch (IOException)
            {
                // No space left on device: what was asked for.
            }
        }
    }

    private static async Task NeedMountsAsync()
    {
        using var probe = Process.Start(
            new ProcessStartInfo("unshare", ["--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"])
            {
                RedirectStandardError = true,
            })!;
        await probe.WaitForExitAsync(Token);
        Assert.SkipUnless(probe.ExitCode == 0, "Mounting needs Linux with user namespaces (kernel.unprivileged_userns_clone=1) or root.");
    }
}

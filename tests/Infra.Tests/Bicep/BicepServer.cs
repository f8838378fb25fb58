using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

[assembly: AssemblyFixture(typeof(Hybrid.Infra.Tests.Bicep.BicepServer))]

namespace Hybrid.Infra.Tests.Bicep;

/// <summary>
/// The compiler as one long-running process (<c>bicep jsonrpc</c>): a start costs more than a compilation. One question at a time.
/// </summary>
public sealed class BicepServer : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    // Where the deployment is imagined: names are derived from these, so the committed snapshots hold them too.
    internal const string Tenant = "00000000-0000-0000-0000-000000000001";
    internal const string Subscription = "00000000-0000-0000-0000-000000000002";
    internal const string Group = "hybrid-rg";
    internal const string Location = "westeurope";
    internal const string Deployment = "main";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<string, Snapshot> _variants = new();
    private Process? _process;
    private Task<string>? _errors;
    private int _lastId;

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // It ends when nobody can ask it any more.
            _process.StandardInput.Close();
            try
            {
                await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
            }
            catch (TimeoutException)
            {
                _process.Kill();
            }

            _process.Dispose();
        }

        _turn.Dispose();
    }

    /// <summary>What a deployment with a parameter file would make.</summary>
    /// <param name="parameterFile">The path of a <c>.bicepparam</c> file.</param>
    internal async Task<Snapshot> SnapshotAsync(string parameterFile)
    {
        var result = await AskAsync("bicep/getSnapshot", new JsonObject
        {
            ["path"] = parameterFile,
            ["metadata"] = new JsonObject
            {
                ["tenantId"] = Tenant,
                ["subscriptionId"] = Subscription,
                ["resourceGroup"] = Group,
                ["location"] = Location,
                ["deploymentName"] = Deployment,
            },
        });
        return new Snapshot(result["snapshot"]!.GetValue<string>());
    }

    /// <summary>What the templates as they are would make of a variant; made once.</summary>
    internal async Task<Snapshot> SnapshotAsync(TemplateVariant variant)
    {
        if (!_variants.TryGetValue(variant.Name, out var snapshot))
        {
            using var copy = new TemplateCopy();
            snapshot = await SnapshotAsync(copy.ParametersOf(variant));
            _variants[variant.Name] = snapshot;
        }

        return snapshot;
    }

    /// <summary>Compiles, and says what the compiler and its linter found.</summary>
    /// <param name="templateFile">The path of a <c>.bicep</c> file.</param>
    internal async Task<CompiledTemplate> CompileAsync(string templateFile)
    {
        var result = await AskAsync("bicep/compile", new JsonObject { ["path"] = templateFile });
        return new CompiledTemplate(
            [.. result["diagnostics"]!.AsArray().Select(found => $"{found!["level"]} {found["code"]}: {found["message"]}")],
            result["contents"]?.GetValue<string>());
    }

    /// <summary>A file as the formatter would have it.</summary>
    /// <param name="file">The path of a <c>.bicep</c> or <c>.bicepparam</c> file.</param>
    internal async Task<string> FormatAsync(string file) =>
        (await AskAsync("bicep/format", new JsonObject { ["path"] = file }))["contents"]!.GetValue<string>();

    private async Task<JsonNode> AskAsync(string method, JsonObject parameters)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_process is null)
            {
                _process = BicepProgram.Start("jsonrpc", "--stdio");
                _errors = _process.StandardError.ReadToEndAsync(CancellationToken.None);
            }

            var request = new JsonObject
            {
                ["jsonrpc"] = "2.0",
                ["id"] = ++_lastId,
                ["method"] = method,
                ["params"] = new JsonArray(parameters),
            };
            var body = Encoding.UTF8.GetBytes(request.ToJsonString());
            var input = _process.StandardInput.BaseStream;
            await input.WriteAsync(Encoding.ASCII.GetBytes($"Content-Length: {body.Length}\r\n\r\n"), cancellationToken);
            await input.WriteAsync(body, cancellationToken);
            await input.FlushAsync(cancellationToken);
            var answer = JsonNode.Parse(await ReadAsync(_process.StandardOutput.BaseStream, cancellationToken).WaitAsync(Limit, cancellationToken))!;
            return answer["result"] ?? throw new InvalidOperationException(answer["error"]?["message"]?.GetValue<string>() ?? answer.ToJsonString());
        }
        finally
        {
            _turn.Release();
        }
    }

    // Headers as of HTTP, an empty line, then as many bytes as they said.
    private async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var length = 0;
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0)
            {
                throw new InvalidOperationException($"The Bicep compiler ended: {await _errors!}");
            }

            if (one[0] != '\n')
            {
                line.Append((char)one[0]);
                continue;
            }

            var header = line.ToString().Trim();
            line.Clear();
            if (header.Length == 0)
            {
                break;
            }

            if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                length = int.Parse(header["Content-Length:".Length..], CultureInfo.InvariantCulture);
            }
        }

        var body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return body;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hybrid.EdgeWorker.Tests.Cli;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Api.Access;

/// <summary>Where the real program listens, and when it does not start.</summary>
public sealed class DoorTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://192.0.2.7:8000")]
    public async Task Serve_BeyondThisMachineWithoutAKey_Exits2AndSaysHow(string url)
    {
        var (code, output, error) = await EdgeProcess.RunAsync(models, ["serve", "--url", url, "--data", _data.Path]);
        var (check, _, said) = await EdgeProcess.RunAsync(models, ["--check", "--url", url, "--data", _data.Path]);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains($"Api:Url is '{url}'", error, StringComparison.Ordinal);
        Assert.Contains("hybrid-edge keys add", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal((2, error), (check, said));
    }

    [Fact]
    public async Task Serve_KestrelEndpointBeyondThisMachine_AsksForAKeyToo()
    {
        var (code, _, error) = await EdgeProcess.RunAsync(
            models, ["serve", "--data", _data.Path], null, ("HYBRID__Kestrel__Endpoints__Lan__Url", "http://0.0.0.0:0"));

        Assert.Equal(2, code);
        Assert.Contains("Kestrel:Endpoints is 'http://0.0.0.0:0'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_BeyondThisMachineWithAKey_WarnsAndItsOwnCommandsFindIt()
    {
        var key = await AddKeyAsync();
        await using var process = EdgeProcess.Start(models, ["serve", "--url", "http://0.0.0.0:0", "--data", _data.Path]);
        var line = await process.SaidAsync(" listens on ");
        var port = new Uri(line[(line.LastIndexOf(' ') + 1)..]).Port;
        using var http = new HttpClient();
        var address = $"http://127.0.0.1:{port}/hybrid/status";

        using var refused = await http.GetAsync(address, Token);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var welcome = await http.GetAsync(address, Token);
        var (code, _, error) = await EdgeProcess.RunAsync(models, ["outbox", "--data", _data.Path]);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (refused.StatusCode, welcome.StatusCode));
        Assert.True(code == 0, error);
        Assert.Contains("Whoever is on the network reads", process.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Serve_Certificate_SpeaksTlsAndItsOwnCommandsFindIt(bool endpoints)
    {
        var (path, thumbprint) = await MakeCertificateAsync();
        (string, string?)[] settings = endpoints
            ?
            [
                ("HYBRID__Kestrel__Endpoints__Tls__Url", "https://127.0.0.1:0"),
                ("HYBRID__Kestrel__Endpoints__Tls__Certificate__Path", path), ("HYBRID__Kestrel__Endpoints__Tls__Certificate__Password", "zebra"),
            ]
            :
            [
                ("HYBRID__Api__Url", "https://127.0.0.1:0"),
                ("HYBRID__Kestrel__Certificates__Default__Path", path), ("HYBRID__Kestrel__Certificates__Default__Password", "zebra"),
            ];
        await using var process = EdgeProcess.Start(models, ["serve", "--data", _data.Path], settings);
        var line = await process.SaidAsync(" listens on ");
        var address = new Uri(line[(line.LastIndexOf(' ') + 1)..]);
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate!.Thumbprint == thumbprint,
        };
        using var http = new HttpClient(handler);

        var health = await http.GetStringAsync(new Uri(address, "healthz"), Token);
        var (code, _, error) = await EdgeProcess.RunAsync(models, ["outbox", "--data", _data.Path]);
        var (_, check, _) = await EdgeProcess.RunAsync(models, ["--check"], null, settings);

        Assert.Equal(("https", "ok"), (address.Scheme, health));
        Assert.True(code == 0, error);
        Assert.Contains("Password = ***", check, StringComparison.Ordinal);
        Assert.DoesNotContain("zebra", check, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_VersionOfHttpThatIsNone_Is400OverTlsToo()
    {
        var (path, thumbprint) = await MakeCertificateAsync();
        await using var process = EdgeProcess.Start(
            models, ["serve", "--url", "https://127.0.0.1:0", "--data", _data.Path],
            ("HYBRID__Kestrel__Certificates__Default__Path", path), ("HYBRID__Kestrel__Certificates__Default__Password", "zebra"));
        var line = await process.SaidAsync(" listens on ");
        var address = new Uri(line[(line.LastIndexOf(' ') + 1)..]);
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port, Token);
        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate!.GetCertHashString() == thumbprint);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host }, Token);

        await tls.WriteAsync("GET /v1/models HTTP/9.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Token);
        using var reader = new StreamReader(tls);
        var status = await reader.ReadLineAsync(Token);

        Assert.StartsWith("HTTP/1.1 400", status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Path", "missing.pfx", "there is no file missing.pfx")]
    [InlineData("Password", "wrong", "cannot be used")]
    public async Task Serve_BadCertificate_Exits2AndSaysWhy(string setting, string value, string says)
    {
        var (path, _) = await MakeCertificateAsync();
        var settings = new Dictionary<string, string?>
        {
            ["HYBRID__Kestrel__Certificates__Default__Path"] = path,
            ["HYBRID__Kestrel__Certificates__Default__Password"] = "zebra",
            [$"HYBRID__Kestrel__Certificates__Default__{setting}"] = value,
        };

        var (code, _, error) = await EdgeProcess.RunAsync(
            models, ["serve", "--url", "https://127.0.0.1:0", "--data", _data.Path], null, [.. settings.Select(pair => (pair.Key, pair.Value))]);

        Assert.Equal(2, code);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_AddressOfAnotherMachine_Exits1AndSaysSo()
    {
        await AddKeyAsync();

        // TEST-NET-1 (RFC 5737) is nobody's.
        var (code, _, error) = await EdgeProcess.RunAsync(models, ["serve", "--url", "http://192.0.2.7:8000", "--data", _data.Path]);

        Assert.Equal(1, code);
        Assert.Contains("http://192.0.2.7:8000 cannot be listened on", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_BadAccessSettings_NamesEachOne()
    {
        (string Key, string Value)[] wrong =
        [
            ("RequireKey", "perhaps"), ("AllowedHosts", "http://edge"), ("CorsOrigins", "*"), ("RequestsPerMinute", "0"), ("MaxRequests", "0"),
            ("MaxConnections", "-1"), ("MaxBodyBytes", "12"), ("MaxMessages", "4096"), ("MaxPromptTokens", "0"), ("MaxQueued", "none"),
        ];

        var (code, _, error) = await EdgeProcess.RunAsync(
            models, ["--check"], null, [.. wrong.Select(pair => ($"HYBRID__Api__{pair.Key}", (string?)pair.Value))]);
        var (open, _, said) = await EdgeProcess.RunAsync(
            models, ["--check", "--url", "http://0.0.0.0:8000"], null, ("HYBRID__Api__RequireKey", "false"));
        var (list, _, asked) = await EdgeProcess.RunAsync(models, ["--check"], null, ("HYBRID__Api__CorsOrigins__0", "https://chat.example.com"));

        Assert.Equal((2, 2, 2), (code, open, list));
        Assert.Contains("Api:CorsOrigins is 'a list'; it must be origins", asked, StringComparison.Ordinal);
        Assert.All(wrong, pair => Assert.Contains($"Api:{pair.Key} is '{pair.Value}'", error, StringComparison.Ordinal));
        Assert.Contains("Api:RequireKey is 'false'", said, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Dispose();

    private async Task<string> AddKeyAsync() =>
        (await EdgeProcess.RunAsync(models, ["keys", "add", "somebody", "--data", _data.Path])).Output.Trim();

    private async Task<(string Path, string Thumbprint)> MakeCertificateAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var path = _data.File("certificate.pfx");
        await File.WriteAllBytesAsync(path, certificate.Export(X509ContentType.Pfx, "zebra"), Token);
        return (path, certificate.Thumbprint);
    }
}

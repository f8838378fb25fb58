using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;

namespace Hybrid.EdgeWorker.Tests.Api;

/// <summary>The description of the API describes what there is.</summary>
public sealed partial class ReferenceTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestDevice _device = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _device = await TestDevice.StartAsync(_folder.Path);

    [Fact]
    public async Task Document_HasEveryEndpointAndNoOther()
    {
        var document = JsonDocument.Parse(await _device.Http.GetStringAsync("openapi/v1.json", Token)).RootElement;

        var described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}")).Order();
        var mapped = _device.Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Select(method => $"{method} {Parameter().Replace(endpoint.RoutePattern.RawText!, "{$1}")}"))
            .Where(endpoint => !endpoint.Contains(" /openapi", StringComparison.Ordinal)).Order();
        Assert.Equal(mapped, described);
    }

    [Fact]
    public async Task Document_EveryReferenceResolves()
    {
        var text = await _device.Http.GetStringAsync("openapi/v1.json", Token);
        var schemas = JsonDocument.Parse(text).RootElement.GetProperty("components").GetProperty("schemas");

        var references = Reference().Matches(text).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.NotEmpty(references);
        Assert.All(references, name => Assert.True(schemas.TryGetProperty(name, out _), name));
    }

    [Fact]
    public async Task Page_NeedsNoOtherServer()
    {
        using var response = await _device.Http.GetAsync("openapi", Token);
        var page = await response.Content.ReadAsStringAsync(Token);

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("http", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("connect-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _device.DisposeAsync();
        _folder.Dispose();
    }

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("\"#/components/schemas/(\\w+)\"")]
    private static partial Regex Reference();
}

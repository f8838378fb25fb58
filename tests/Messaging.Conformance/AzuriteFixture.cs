using Hybrid.Azurite;

namespace Hybrid.Messaging.Conformance;

/// <summary>
/// A real Azurite for a test class or assembly. Without Node.js the tests are skipped on a developer's machine and fail on CI.
/// </summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private AzuriteServer? _server;
    private string? _missing;

    /// <summary>The emulator; skips the calling test if it could not be started for want of Node.js.</summary>
    public AzuriteServer Server
    {
        get
        {
            Assert.SkipWhen(_missing is not null, _missing ?? "");
            return _server!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        try
        {
            _server = await AzuriteServer.StartTemporaryAsync(TestContext.Current.CancellationToken);
        }
        catch (AzuriteException exception) when (exception.ToolMissing && Environment.GetEnvironmentVariable("CI") != "true")
        {
            _missing = exception.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

using Hybrid.Azurite;
using Hybrid.LocalStack.Tests;

[assembly: AssemblyFixture(typeof(InstalledEmulator))]

namespace Hybrid.LocalStack.Tests;

/// <summary>Installs the emulator before the first test, so that none of them pays for it out of the time it has.</summary>
public sealed class InstalledEmulator : IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        try
        {
            await using var emulator = await AzuriteServer.StartTemporaryAsync(TestContext.Current.CancellationToken);
        }
        catch (AzuriteException exception) when (exception.ToolMissing)
        {
            // The tests that need it say so themselves.
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

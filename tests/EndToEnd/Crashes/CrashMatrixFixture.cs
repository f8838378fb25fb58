using Hybrid.Azurite;

namespace Hybrid.EndToEnd.Crashes;

/// <summary>The sample of the matrix, begun before its first test asks for a cell.</summary>
public class CrashMatrixFixture : IAsyncLifetime
{
    /// <summary>Whether a Service-Bus-like broker carries the messages.</summary>
    protected virtual bool Amqp => false;

    internal virtual IReadOnlyList<CrashCase> Cells => CrashCase.Sample;

    internal CrashMatrix? Matrix { get; private set; }

    public async ValueTask InitializeAsync()
    {
        try
        {
            Matrix = await CrashMatrix.StartAsync(Cells, Amqp, TestContext.Current.CancellationToken);
        }
        catch (AzuriteException exception) when (exception.ToolMissing && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip(exception.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Matrix is not null)
        {
            await Matrix.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}

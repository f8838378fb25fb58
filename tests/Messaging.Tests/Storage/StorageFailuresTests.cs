using System.Net.Sockets;
using Hybrid.Messaging.Storage;

namespace Hybrid.Messaging.Tests.Storage;

/// <summary>Whatever a broken line throws is a failure of ours, never one that ends a loop.</summary>
public sealed class StorageFailuresTests
{
    public static TheoryData<Exception> OfTheLine() =>
    [
        // As HttpClient throws it where a connection is reset in the moment it is made.
        new SocketException((int)SocketError.NotConnected),
        new HttpRequestException("reset"),
        new IOException("cut"),
        new TimeoutException(),
        new AggregateException(new SocketException((int)SocketError.ConnectionReset)),
    ];

    [Theory]
    [MemberData(nameof(OfTheLine), DisableDiscoveryEnumeration = true)]
    public async Task RunAsync_BrokenLine_IsUnavailable(Exception broken)
    {
        var failure = await Assert.ThrowsAsync<MessagingException>(
            () => StorageFailures.RunAsync("Sending", () => Task.FromException<int>(broken), TestContext.Current.CancellationToken));

        Assert.Equal(MessagingFailure.Unavailable, failure.Kind);
    }
}

using System.Text;
using Hybrid.Messaging.Conformance;
using Hybrid.Messaging.DeadLetters;

namespace Hybrid.Messaging.Tests.DeadLetters;

public sealed class DeadLetterStoreTests(AzuriteFixture azurite) : StorageTestBase(azurite)
{
    private static readonly DeadLetterReason Reason = new("poisoned", "Delivered 5 times.");

    private DeadLetterStore Store => Get<DeadLetterStore>();

    [Fact]
    public async Task WrapAndRead_BytesThatAreNoText_ComeBack()
    {
        byte[] original = [0, 255, 254, 0xC3];

        var letter = await Store.ReadAsync(await WrapAsync(original, 1000), Token);

        Assert.Equal(original, letter.Original.ToArray());
        Assert.Equal(Reason, letter.Reason);
    }

    [Fact]
    public async Task WrapAndRead_TooLargeForTheQueue_GoesThroughABlobUntilPurged()
    {
        var original = Encoding.UTF8.GetBytes(new string('"', 900));

        var body = await WrapAsync(original, 1000);
        var again = await WrapAsync(original, 1000);
        var letter = await Store.ReadAsync(body, Token);
        await Store.PurgeAsync(body, Token);
        await Store.PurgeAsync(body, Token);

        Assert.InRange(body.Length, 1, 1000);
        Assert.Equal(body, again);
        Assert.Equal(original, letter.Original.ToArray());
        Assert.Equal(MessagingFailure.NotFound, (await Assert.ThrowsAsync<MessagingException>(() => Store.ReadAsync(body, Token))).Kind);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\"}")]
    [InlineData("{\"reason\":\"r\",\"detail\":\"d\"}")]
    [InlineData("{\"reason\":\"r\",\"detail\":\"d\",\"originalBlob\":\"claims/pump-7/0193a2b4-5c6d-7e8f-9012-3456789abcde\"}")]
    [InlineData("{\"reason\":\"r\",\"detail\":\"d\",\"originalBlob\":\"dead-letters/../x\"}")]
    [InlineData("{\"reason\":\"r\",\"detail\":\"d\",\"originalBase64\":\"?\"}")]
    public async Task Read_NoEnvelopeOfOurs_IsTheOriginalItself(string text)
    {
        var letter = await Store.ReadAsync(Encoding.UTF8.GetBytes(text), Token);

        Assert.Null(letter.Reason);
        Assert.Equal(text, Encoding.UTF8.GetString(letter.Original.Span));
    }

    [Fact]
    public async Task Wrap_VeryLongDetail_IsCut()
    {
        var body = await Store.WrapAsync("q", "1", new DeadLetterReason("r", new string('x', 100_000)), "{}"u8.ToArray(), 48 * 1024, Token);

        Assert.InRange(body.Length, 1, 2000);
    }

    private Task<byte[]> WrapAsync(byte[] original, int maxBytes) =>
        Store.WrapAsync("escalations", "id-1", Reason, original, maxBytes, Token);
}

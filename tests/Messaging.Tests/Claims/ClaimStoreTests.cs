using Azure.Storage.Blobs;
using Hybrid.Azurite;
using Hybrid.Contracts;
using Hybrid.Messaging.Claims;
using Hybrid.Messaging.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Messaging.Tests.Claims;

public sealed class ClaimStoreTests(AzuriteFixture azurite) : StorageTestBase(azurite)
{
    private ClaimStore Claims => Get<ClaimStore>();

    [Fact]
    public async Task Put_Twice_HoldsTheLaterData()
    {
        var name = NewName();

        await Claims.PutAsync(name, "old"u8.ToArray(), Token);
        await Claims.PutAsync(name, "new"u8.ToArray(), Token);

        Assert.Equal("new"u8.ToArray(), await Claims.GetAsync(name, Token));
    }

    [Fact]
    public async Task Get_Deleted_IsNotFound()
    {
        var name = NewName();
        await Claims.PutAsync(name, "data"u8.ToArray(), Token);

        await Claims.DeleteAsync(name, Token);
        await Claims.DeleteAsync(name, Token);

        var failure = await Assert.ThrowsAsync<MessagingException>(() => Claims.GetAsync(name, Token));
        Assert.Equal(MessagingFailure.NotFound, failure.Kind);
    }

    [Theory]
    [InlineData("claims/pump-7/0193A2B4-5c6d-7e8f-9012-3456789abcde")]
    [InlineData("claims/pump-7/0193a2b45c6d7e8f90123456789abcde")]
    [InlineData("claims/pump-7/x")]
    [InlineData("claims/Pump-7/0193a2b4-5c6d-7e8f-9012-3456789abcde")]
    [InlineData("claims/../0193a2b4-5c6d-7e8f-9012-3456789abcde")]
    [InlineData("claims//0193a2b4-5c6d-7e8f-9012-3456789abcde")]
    [InlineData("claims/pump-7/x/0193a2b4-5c6d-7e8f-9012-3456789abcde")]
    [InlineData("answers/pump-7/0193a2b4-5c6d-7e8f-9012-3456789abcde")]
    [InlineData("/claims/pump-7/0193a2b4-5c6d-7e8f-9012-3456789abcde")]
    [InlineData("https://elsewhere.example/claims/pump-7/0193a2b4-5c6d-7e8f-9012-3456789abcde")]
    [InlineData("claims/pump-7/0193a2b4-5c6d-7e8f-9012-3456789abcde\n")]
    [InlineData("")]
    public async Task AnyMethod_ForeignName_IsRefused(string name)
    {
        await Assert.ThrowsAsync<ContractException>(() => Claims.GetAsync(name, Token));
        await Assert.ThrowsAsync<ContractException>(() => Claims.DeleteAsync(name, Token));
        await Assert.ThrowsAsync<ContractException>(() => Claims.PutAsync(name, "x"u8.ToArray(), Token));
    }

    [Fact]
    public void CheckName_AnotherDevice_IsRefused() => Assert.Throws<ContractException>(() => ClaimStore.CheckName(NewName(), "pump-8"));

    [Fact]
    public async Task Put_TooLarge_IsRefused()
    {
        var failure = await Assert.ThrowsAsync<MessagingException>(() => Claims.PutAsync(NewName(), new byte[Limits.DataBytes + 1], Token));

        Assert.Equal(MessagingFailure.Refused, failure.Kind);
    }

    [Fact]
    public async Task Get_BlobLargerThanAllowed_IsRefused()
    {
        var name = NewName();
        await Claims.PutAsync(name, "x"u8.ToArray(), Token);
        var container = Get<BlobServiceClient>().GetBlobContainerClient(ClaimStore.ContainerName);
        await container.GetBlobClient(name["claims/".Length..]).UploadAsync(
            new BinaryData(new byte[Limits.DataBytes + 1]), overwrite: true, Token);

        await Assert.ThrowsAsync<ContractException>(() => Claims.GetAsync(name, Token));
    }

    [Fact]
    public async Task Sweep_OldClaims_DeletesOnlyClaimsOfThatAge()
    {
        // Its clock runs 10 days ahead of the emulator's; an account of its own, since a sweep takes everybody's claims.
        await using var own = await AzuriteServer.StartTemporaryAsync(Token);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(10));
        await using var services = Messengers.For(own.ConnectionString, time);
        var claims = services.GetRequiredService<ClaimStore>();
        Assert.Equal(0, await claims.SweepAsync(TimeSpan.FromDays(9), Token));
        var name = NewName();
        await claims.PutAsync(name, "data"u8.ToArray(), Token);
        var container = services.GetRequiredService<BlobServiceClient>().GetBlobContainerClient(ClaimStore.ContainerName);
        var foreign = container.GetBlobClient("readme.txt");
        await foreign.UploadAsync(new BinaryData("not ours"), Token);

        var young = await claims.SweepAsync(TimeSpan.FromDays(11), Token);
        var old = await claims.SweepAsync(TimeSpan.FromDays(9), Token);

        Assert.Equal((0, 1), (young, old));
        Assert.True(await foreign.ExistsAsync(Token));
        await Assert.ThrowsAsync<MessagingException>(() => claims.GetAsync(name, Token));
    }

    [Fact]
    public void NameFor_SameEvent_IsTheSameAndDiffersBySource()
    {
        var name = ClaimStore.NameFor("pump-7", "/devices/pump-7", "e-1");

        ClaimStore.CheckName(name, "pump-7");
        Assert.Equal(name, ClaimStore.NameFor("pump-7", "/devices/pump-7", "e-1"));
        Assert.NotEqual(name, ClaimStore.NameFor("pump-7", "/functions/app", "e-1"));
    }

    private static string NewName() => $"claims/pump-7/{Guid.NewGuid()}";
}

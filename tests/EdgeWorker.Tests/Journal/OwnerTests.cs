using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>Whose prompt is whose.</summary>
public sealed class OwnerTests : IDisposable
{
    private readonly TestJournal _test = new();

    [Theory]
    [InlineData("key-a")]
    [InlineData(null)]
    public async Task ListOf_Owner_FindsTheirsAndNobodyElses(string? owner)
    {
        var theirs = await AcceptAsync(owner);
        await AcceptAsync(owner is null ? "key-a" : null);
        await AcceptAsync("key-b");
        var settled = await AcceptAsync(owner);
        await _test.Journal.SettleAsync(_test.Journal.Find(settled)!, TestJournal.Local());
        _test.Reopen();

        Assert.Equal([settled, theirs], _test.Journal.ListOf(owner, null, 10).Select(prompt => prompt.Id));
        Assert.Equal([theirs], _test.Journal.ListOf(owner, PromptState.Accepted, 10).Select(prompt => prompt.Id));
        Assert.Equal([settled], _test.Journal.ListOf(owner, null, 1).Select(prompt => prompt.Id));
        Assert.Equal(4, _test.Journal.List(null, 10).Count);
    }

    [Fact]
    public async Task ListOf_OwnerOfManyPrompts_ReadsAnIndex()
    {
        await AcceptAsync("key-a");
        using var raw = _test.Raw();

        var plan = string.Join('\n', raw.Query(
            "EXPLAIN QUERY PLAN SELECT id FROM prompts WHERE owner = 'key-a' AND (NULL IS NULL OR state = NULL) ORDER BY id DESC LIMIT 9",
            row => row.GetString(3)));

        Assert.Contains("prompts_owner (owner=?)", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }

    public void Dispose() => _test.Dispose();

    private async Task<Guid> AcceptAsync(string? owner)
    {
        // Ids are in the order of their milliseconds.
        _test.Time.Advance(TimeSpan.FromMilliseconds(1));
        return (await _test.Journal.AcceptAsync(_test.New() with { Owner = owner })).Id;
    }
}

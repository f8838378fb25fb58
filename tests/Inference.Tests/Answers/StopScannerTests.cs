using Hybrid.Inference.Answers;

namespace Hybrid.Inference.Tests.Answers;

public sealed class StopScannerTests
{
    [Fact]
    public void Append_StopAcrossPieces_EndsBeforeIt()
    {
        var scanner = new StopScanner(["END"]);

        Assert.Equal("abc", scanner.Append("abcE"));
        Assert.Equal("", scanner.Append("N"));
        Assert.Equal("", scanner.Append("Dxyz"));
        Assert.Equal("END", scanner.Found);
        Assert.Equal("", scanner.Flush());
    }

    [Fact]
    public void Append_BeginningThatCameToNothing_IsGivenLater()
    {
        var scanner = new StopScanner(["END"]);

        Assert.Equal("a", scanner.Append("aEN"));
        Assert.Equal("ENx", scanner.Append("x"));
        Assert.Equal("", scanner.Append("E"));
        Assert.Equal("E", scanner.Flush());
        Assert.Null(scanner.Found);
    }

    [Fact]
    public void Append_SeveralStops_TheEarliestWins()
    {
        var scanner = new StopScanner(["two", "one"]);

        Assert.Equal("a ", scanner.Append("a one two"));
        Assert.Equal("one", scanner.Found);
    }

    [Fact]
    public void Append_RandomTextAndCuts_EqualsASearchOverTheWhole()
    {
        var random = new Random(1);
        for (var round = 0; round < 3000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => "ab"[random.Next(2)])]);
            string[] stops = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => new string([.. Enumerable.Range(0, 1 + random.Next(6)).Select(_ => "ab"[random.Next(2)])]))];
            var scanner = new StopScanner(stops);

            var given = "";
            for (var at = 0; at < text.Length && scanner.Found is null;)
            {
                var length = Math.Min(1 + random.Next(4), text.Length - at);
                given += scanner.Append(text.Substring(at, length));
                at += length;
            }

            given += scanner.Flush();

            // Pieces decide which stop is complete first; what stands before it is never more than before the earliest in the whole.
            var earliest = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0).DefaultIfEmpty(-1).Min();
            if (earliest < 0)
            {
                Assert.Equal(text, given);
            }
            else
            {
                Assert.NotNull(scanner.Found);
                Assert.StartsWith(given, text, StringComparison.Ordinal);
                Assert.DoesNotContain(stops, stop => given.Contains(stop, StringComparison.Ordinal));
                Assert.Equal(given.Length, text.IndexOf(scanner.Found, StringComparison.Ordinal));
            }
        }
    }
}

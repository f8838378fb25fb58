using System.Text.Json.Nodes;
using Hybrid.Inference.Folders;
using static Hybrid.Inference.Tests.Tokenization.TokenizerFiles;

namespace Hybrid.Inference.Tests.Tokenization;

public sealed class PatternTests
{
    [Theory]
    [InlineData("a?+ab", "aab-ab", "aab")] // possessive: in "ab" the a is taken and not given back
    [InlineData("a++b", "aab", "aab")]
    [InlineData("a*+a", "aaa", "")]
    [InlineData("(?>a|ab)c", "abc", "")]
    [InlineData("(?i:k)", "kK\u212A", "k~K~\u212A")]
    [InlineData("(?i:s)", "sS\u017F", "s~S~\u017F")]
    [InlineData("(?i)ab|c", "ABcC", "AB~c~C")]
    [InlineData("(?i:[a-c]x)", "Ax Bx dx", "Ax~Bx")]
    [InlineData("a{,2}b", "aaab", "aab")]
    [InlineData("a{2}", "aaaaa", "aa~aa")]
    [InlineData("a+?", "aa", "a~a")]
    [InlineData(@"\p{^L}+", "ab12c", "12")]
    [InlineData(@"[^\p{L}\s]+", "a😀1 b", "😀1")]
    [InlineData(@"\p{L}", "𐐀1", "𐐀")]
    [InlineData(@".", "😀\n1", "😀~1")]
    [InlineData(@"\w+", "a\u0301Ⓐ\u200D\U0001F130!", "a\u0301Ⓐ~\U0001F130")]
    [InlineData(@"\w", "²a-", "²~a")]
    [InlineData(@"[\w]", "²a-", "a")]
    [InlineData(@"\s+$", "a \nb  ", " ~  ")]
    [InlineData(@"^b", "a\nb", "b")]
    [InlineData(@"[一-龥]+", "中𠀀文", "中~文")]
    [InlineData(@"[\x{4E00}-\u9FA5\x41]", "A中", "A~中")]
    [InlineData(@"[!-/:-@]", "a!@", "!~@")]
    [InlineData(@"(?<!a)b(?=c)(?!cd)", "abc bcd bce", "b")]
    public void Regex_OnigurumaSyntax_MatchesAsThere(string pattern, string text, string expected)
    {
        var matches = PiecesOf(Split(new JsonObject { ["Regex"] = pattern }, "Removed", invert: true), text);

        Assert.Equal(expected.Length == 0 ? [] : expected.Split('~'), matches);
    }

    [Theory]
    [InlineData(@"(a)\1")]
    [InlineData(@"\bword")]
    [InlineData(@"\p{Han}")]
    [InlineData(@"\pL")]
    [InlineData(@"[[:alpha:]]")]
    [InlineData(@"[a-z&&[^b]]")]
    [InlineData(@"(?i:ss)")]
    [InlineData(@"(?i:é)")]
    [InlineData(@"(?i:\p{Lu})")]
    [InlineData(@"a{1,2}+")]
    [InlineData(@"a{2}?")]
    [InlineData(@"(?m:.)")]
    [InlineData(@"\h")]
    [InlineData(@"😀")]
    [InlineData(@"\x{1F600}")]
    [InlineData(@"(")]
    [InlineData(@"a)")]
    [InlineData(@"[a")]
    [InlineData(@"[]a]")]
    [InlineData(@"[z-a]")]
    [InlineData(@"*a")]
    [InlineData(@"a{")]
    [InlineData(@"\")]
    [InlineData(@"\u12")]
    [InlineData(@"\p{L")]
    [InlineData(@"(?")]
    [InlineData(@"[\u0080-\uFFFF]")]
    public void Regex_NoExactCounterpart_IsRefused(string pattern)
    {
        var step = Split(new JsonObject { ["Regex"] = pattern }, "Isolated");

        var refusal = Assert.Throws<ModelFolderException>(() => PiecesOf(step, "a"));

        Assert.Contains("pre_tokenizer.pattern.Regex", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Regex_DeepNesting_IsRefused()
    {
        var step = Split(new JsonObject { ["Regex"] = new string('(', 100_000) }, "Isolated");

        Assert.Throws<ModelFolderException>(() => PiecesOf(step, "a"));
    }
}

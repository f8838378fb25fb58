using System.Globalization;
using System.Text;
using System.Text.Json;
using Hybrid.Inference.Constraints;
using Hybrid.Inference.Tests.Tokenization;

namespace Hybrid.Inference.Tests.Constraints;

/// <summary>Schemas made to be expensive are refused, or they are kept within bounds and an answer to them can be written.</summary>
public sealed class HostileSchemaTests
{
    private static readonly RandomWriter Writer = new(TokenizerFiles.Load(TokenizerFiles.ByteLevel()), 265);

    public static TheoryData<string, string> Refused => new()
    {
        { "pattern with exponentially many states", Pattern("^(a|b)*a(a|b){40}$") },
        { "nested repetitions", Pattern("^(((a{1,100}){1,100}){1,100}){1,100}$") },
        { "long pattern", Pattern(new string('a', 5_000)) },
        { "many groups", Pattern(new string('(', 500) + "a" + new string(')', 500)) },
        { "repetition", Pattern("a{1,100000}") },
        { "many expensive patterns", Object(Many(500, i => $"\"p{i}\":{Pattern($"^[^{(char)('a' + (i % 26))}]{{1,300}}x{i}$")}")) },
        { "combinations", $$"""{"allOf":[{{Many(12, _ => """{"anyOf":[{"type":"string"},{"type":"null"},{"type":"boolean"}]}""")}}]}""" },
        { "divisors", $$"""{"type":"integer","allOf":[{{Many(60, i => $"{{\"multipleOf\":{901 + i}}}")}}]}""" },
        { "too long", $$"""{"type":"object","description":"{{new string('x', 300_000)}}"}""" },
        { "half a surrogate pair", """{"type":"object","properties":{"\ud800":{}}}""" },
        { "chain of references", $$"""{"$ref":"#/$defs/d0","$defs":{{{Many(400, i => $"\"d{i}\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}")}},"d400":{} } }""" },
        { "mutual recursion", """{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"anyOf":[{"$ref":"#/$defs/a"}]}}}""" },
        { "too deep", Nested(70) },
    };

    public static TheoryData<string, string> Kept => new()
    {
        { "optional properties", Object(Many(3_000, i => $"\"p{i}\":{{\"type\":\"integer\"}}")) },
        { "values", $$"""{"enum":[{{Many(10_000, i => $"\"value {i}\"")}}]}""" },
        { "huge counts", """{"type":"array","items":{"type":"string","maxLength":1000000000},"maxItems":1e300}""" },
        { "ambiguous recursion", """{"$ref":"#/$defs/s","$defs":{"s":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/s"}},{"type":"array","maxItems":9,"items":{"$ref":"#/$defs/s"}},{"type":"array","maxItems":8,"items":{"$ref":"#/$defs/s"}}]}}}""" },
        { "left recursion", """{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a2"},{"type":"null"}]},"a2":{"anyOf":[{"$ref":"#/$defs/a"},{"type":"boolean"}]}}}""" },
        { "many counters", $$"""{"anyOf":[{{Many(300, i => $"{{\"type\":\"string\",\"minLength\":{i},\"maxLength\":{(i * 7) + 5}}}")}}]}""" },
        { "many patterns at once", $$"""{"anyOf":[{{Many(100, i => Pattern($"^[a-z]*{(char)('a' + (i % 26))}[a-z]{{{i % 9}}}{i}$"))}}]}""" },
        { "deep", Nested(25) },
        { "extreme numbers", """{"type":"number","minimum":-1e400,"maximum":1e400,"multipleOf":0.000001}""" },
        { "wide numbers", """{"type":"integer","minimum":-9223372036854775808,"maximum":18446744073709551615}""" },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Refused))]
    public void Expensive_Schema_IsRefused(string name, string schema)
    {
        var exception = Assert.Throws<UnsupportedSchemaException>(() => JsonFormat.FromSchema(Parse(schema), Token));

        Assert.False(string.IsNullOrEmpty(exception.Problem), name);
    }

    [Theory]
    [MemberData(nameof(Kept))]
    public void Large_Schema_IsKeptWithinBounds(string name, string schema)
    {
        var format = JsonFormat.FromSchema(Parse(schema), Token);
        var table = Writer.Table(format);
        var random = new Random(3);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var texts = Enumerable.Range(0, 4).Select(_ => Writer.Write(table, random, 150)).ToList();

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(table);
        Assert.True(grown < 64 << 20, $"{name}: {grown} bytes are kept.");
        var validator = new SchemaValidator(Parse(schema));
        foreach (var text in texts.OfType<string>())
        {
            using var document = JsonDocument.Parse(text);
            // The validator would follow the left recursion for ever, and compares in decimals.
            Assert.True(name is "left recursion" or "extreme numbers" || validator.IsValid(document.RootElement), $"{name}: {text}");
        }
    }

    private static JsonElement Parse(string schema)
    {
        using var document = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = 1_000 });
        return document.RootElement.Clone();
    }

    private static string Pattern(string pattern) => $$"""{"type":"string","pattern":{{JsonSerializer.Serialize(pattern)}}}""";

    private static string Object(string properties) => "{\"type\":\"object\",\"properties\":{" + properties + "}}";

    private static string Many(int count, Func<int, string> item) => string.Join(',', Enumerable.Range(0, count).Select(item));

    private static string Nested(int depth)
    {
        var schema = new StringBuilder();
        for (var i = 0; i < depth; i++)
        {
            schema.Append(CultureInfo.InvariantCulture, $$"""{"type":"object","required":["a{{i}}"],"properties":{"a{{i}}":""");
        }

        return schema.Append("true").Append(string.Concat(Enumerable.Repeat("}}", depth))).ToString();
    }
}

using System.Text.Json;
using Hybrid.Inference.Constraints;
using Hybrid.Inference.Tests.Tokenization;

namespace Hybrid.Inference.Tests.Constraints;

public sealed class ConstraintFuzzTests
{
    private static readonly RandomWriter ByteLevel = new(TokenizerFiles.Load(TokenizerFiles.ByteLevel()), 265);
    private static readonly RandomWriter ByteFallback = new(TokenizerFiles.Load(TokenizerFiles.ByteFallback()), 2);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 40)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Answer_ToRandomSchemas_ValidatesOnceItEnds(int seed)
    {
        var generator = new SchemaGenerator(seed);
        var random = new Random(seed);
        var ended = 0;
        for (var i = 0; i < 10; i++)
        {
            var schema = generator.Next();
            var validator = new SchemaValidator(schema);
            var format = JsonFormat.FromSchema(schema, Token);
            foreach (var writer in new[] { ByteLevel, ByteFallback })
            {
                var table = writer.Table(format);
                for (var run = 0; run < 3; run++)
                {
                    if (writer.Write(table, random, 400) is { } text)
                    {
                        ended++;
                        Check(text, schema, validator);
                    }
                }
            }
        }

        Assert.True(ended > 30, $"Only {ended} of 60 texts ended.");
    }

    [Fact]
    public void Answer_ToAnyObject_IsAnObjectWithoutRepeatedNames()
    {
        var random = new Random(1);
        var table = ByteLevel.Table(JsonFormat.AnyObject);
        var texts = Enumerable.Range(0, 200).Select(_ => ByteLevel.Write(table, random, 300)).OfType<string>().ToList();

        Assert.True(texts.Count > 100, $"Only {texts.Count} texts ended.");
        foreach (var text in texts)
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        }
    }

    [Theory]
    [InlineData("""{"type":"string","minLength":90,"maxLength":160}""", 90, 160)]
    [InlineData("""{"type":"string","minLength":40,"maxLength":41}""", 40, 41)]
    [InlineData("""{"type":"string","maxLength":34}""", 0, 34)]
    public void Length_FarFromAndNearItsBounds_IsKept(string schema, int least, int most)
    {
        var random = new Random(1);
        var table = ByteLevel.Table(JsonFormat.FromSchema(JsonElement.Parse(schema), Token));

        var lengths = Enumerable.Range(0, 60).Select(_ => ByteLevel.Write(table, random, 400)).OfType<string>()
            .Select(text => JsonElement.Parse(text).GetString()!.EnumerateRunes().Count()).ToList();

        Assert.True(lengths.Count > 30, $"Only {lengths.Count} texts ended.");
        Assert.All(lengths, length => Assert.InRange(length, least, most));
    }

    private static void Check(string text, JsonElement schema, SchemaValidator validator)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            Assert.True(validator.IsValid(document.RootElement));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Assert.Fail($"{exception.Message}\n{text}\n{schema.GetRawText()}");
        }
    }
}

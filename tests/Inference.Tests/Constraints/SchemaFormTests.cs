using System.Text.Json;
using Hybrid.Inference.Constraints;

namespace Hybrid.Inference.Tests.Constraints;

public sealed class SchemaFormTests
{
    [Theory]
    [InlineData("""3""", "")]
    [InlineData("""{"type":"objekt"}""", "/type")]
    [InlineData("""{"type":["string","nul"]}""", "/type")]
    [InlineData("""{"enum":"a"}""", "/enum")]
    [InlineData("""{"required":["a",1]}""", "/required/1")]
    [InlineData("""{"properties":{"a/b":{"type":"text"}}}""", "/properties/a~1b/type")]
    [InlineData("""{"properties":[]}""", "/properties")]
    [InlineData("""{"$defs":{"a":{"type":7}},"type":"object"}""", "/$defs/a/type")]
    [InlineData("""{"items":{"anyOf":[{},{"minLength":1.5}]}}""", "/items/anyOf/1/minLength")]
    [InlineData("""{"items":[{},3]}""", "/items/1")]
    [InlineData("""{"not":"a"}""", "/not")]
    [InlineData("""{"maximum":"3"}""", "/maximum")]
    [InlineData("""{"maxItems":-1}""", "/maxItems")]
    [InlineData("""{"pattern":3}""", "/pattern")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "/$ref")]
    [InlineData("""{"$ref":{}}""", "/$ref")]
    [InlineData("""{"title":"\ud800","type":"\ud800"}""", "")]
    public void CheckSchema_None_NamesThePlace(string schema, string place)
    {
        var exception = Assert.Throws<UnsupportedSchemaException>(() => JsonFormat.CheckSchema(JsonElement.Parse(schema)));

        Assert.Equal(place, exception.Location);
    }

    [Theory]
    [InlineData("""true""")]
    [InlineData("""{}""")]
    [InlineData("""{"not":{"type":"string"},"if":{},"then":false,"else":true}""")]
    [InlineData("""{"patternProperties":{"^a":{}},"dependentSchemas":{"a":{}},"propertyNames":{"pattern":"(?=a)"}}""")]
    [InlineData("""{"items":[{"type":"string"}],"additionalItems":false}""")]
    [InlineData("""{"type":["string","null"],"format":"unheard-of","nullable":true,"minimum":1e300}""")]
    [InlineData("""{"exclusiveMinimum":true,"minimum":1,"$ref":"https://example.com/a"}""")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"properties":{"next":{"$ref":"#"}}}}}""")]
    [InlineData("""{"enum":[{"type":"objekt"}],"const":{"enum":[]},"default":{"required":1},"examples":[{"$ref":"#/none"}],"minLength":3.0}""")]
    [InlineData("""{"enum":[],"prefixItems":[],"items":{"anyOf":[]},"type":[],"format":null,"properties":null}""")]
    [InlineData("""{"definitions":{"$comment":"x","version":1,"a":true},"$defs":{"note":null}}""")]
    [InlineData("""{"$id":"http://x/tree","$defs":{"node":{"$id":"node","properties":{"v":{"$ref":"#/$defs/num"}},"$defs":{"num":{"type":"number"}}}}}""")]
    public void CheckSchema_AskingForMoreThanIsPromised_Passes(string schema) => JsonFormat.CheckSchema(JsonElement.Parse(schema));

    [Fact]
    public void CheckSchema_LongNamesOverManyValues_DoesNotCopyThemForEach()
    {
        var schema = JsonElement.Parse(
            $$"""{ "properties": { "{{new string('k', 130_000)}}": { "required": [{{string.Join(',', Enumerable.Repeat("\"\"", 40_000))}}] } } }""");
        var before = GC.GetAllocatedBytesForCurrentThread();

        JsonFormat.CheckSchema(schema);

        // A copy of the name for each would be ten gigabytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 << 20);
    }
}

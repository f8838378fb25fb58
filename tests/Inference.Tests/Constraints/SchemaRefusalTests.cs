using System.Text.Json;
using Hybrid.Inference.Constraints;

namespace Hybrid.Inference.Tests.Constraints;

public sealed class SchemaRefusalTests
{
    [Theory]
    [InlineData("""{"not":{"type":"string"}}""", "/not")]
    [InlineData("""{"type":"object","patternProperties":{"^a":{}}}""", "/patternProperties")]
    [InlineData("""{"type":"object","propertyNames":{"maxLength":3}}""", "/propertyNames")]
    [InlineData("""{"type":"object","dependentRequired":{"a":["b"]}}""", "/dependentRequired")]
    [InlineData("""{"if":{"type":"string"},"then":{"minLength":1}}""", "/if")]
    [InlineData("""{"type":"object","properties":{"a/b":{"type":"array","uniqueItems":true}}}""", "/properties/a~1b/uniqueItems")]
    [InlineData("""{"type":"array","contains":{"type":"string"}}""", "/contains")]
    [InlineData("""{"type":"array","items":[{"type":"string"}]}""", "/items")]
    [InlineData("""{"type":"string","nullable":true}""", "/nullable")]
    [InlineData("""{"type":"string","minlength":3}""", "/minlength")]
    [InlineData("""{"type":"strin"}""", "/type")]
    [InlineData("""{"type":5}""", "/type")]
    [InlineData("""{"type":"string","minLength":"3"}""", "/minLength")]
    [InlineData("""{"type":"string","minLength":-1}""", "/minLength")]
    [InlineData("""{"type":"number","minimum":"0"}""", "/minimum")]
    [InlineData("""{"type":"number","exclusiveMinimum":true}""", "/exclusiveMinimum")]
    [InlineData("""{"type":"number","multipleOf":0.3}""", "/multipleOf")]
    [InlineData("""{"type":"number","multipleOf":0}""", "/multipleOf")]
    [InlineData("""{"type":"number","minimum":1e300}""", "/minimum")]
    [InlineData("""{"type":"string","format":"idn-email"}""", "/format")]
    [InlineData("""{"type":"string","pattern":"(?=a)b"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"(a)\\1"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"\\bword\\b"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"\\p{L}+"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"[a"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"(a"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"a)"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"*a"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"a{5,2}"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"[z-a]"}""", "/pattern")]
    [InlineData("""{"type":"object","properties":[]}""", "/properties")]
    [InlineData("""{"type":"object","properties":{"a":3}}""", "/properties/a")]
    [InlineData("""{"type":"object","required":"a"}""", "/required")]
    [InlineData("""{"type":"object","required":[1]}""", "/required/0")]
    [InlineData("""{"anyOf":[]}""", "/anyOf")]
    [InlineData("""{"anyOf":{}}""", "/anyOf")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "/$ref")]
    [InlineData("""{"$ref":"https://example.com/schema"}""", "/$ref")]
    [InlineData("""{"$ref":"#"}""", "")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"}]}}}""", "/$defs/a")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "/oneOf")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"a":{}}},{"type":"object","properties":{"b":{}}}]}""", "/oneOf")]
    [InlineData("""{"type":"array","enum":[[1]],"minItems":1}""", "/enum")]
    [InlineData("""false""", "")]
    [InlineData("""{"type":"string","enum":[1,2]}""", "")]
    [InlineData("""{"type":"string","minLength":5,"maxLength":4}""", "")]
    [InlineData("""{"type":"integer","minimum":3,"maximum":2}""", "")]
    [InlineData("""{"type":"integer","exclusiveMinimum":3,"exclusiveMaximum":4}""", "")]
    [InlineData("""{"type":"object","properties":{"a":false},"required":["a"]}""", "")]
    [InlineData("""{"type":"object","properties":{"a":{}},"required":["b"],"additionalProperties":false}""", "")]
    [InlineData("""{"type":"object","properties":{"next":{"$ref":"#"}},"required":["next"]}""", "")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"integer"}]}""", "")]
    [InlineData("""{"type":"array","minItems":2,"maxItems":1}""", "")]
    [InlineData("[]", "")]
    [InlineData("3", "")]
    public void Schema_ThatCannotBeKept_IsRefusedWithItsPlace(string schema, string location)
    {
        var exception = Assert.Throws<UnsupportedSchemaException>(() => JsonFormat.FromSchema(JsonElement.Parse(schema), TestContext.Current.CancellationToken));

        Assert.Equal(location, exception.Location);
        Assert.Contains(location.Length == 0 ? "root" : location, exception.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer"}]}""")]
    [InlineData("""{"oneOf":[{"type":"integer","maximum":3},{"type":"integer","exclusiveMinimum":3}]}""")]
    [InlineData("""{"oneOf":[{"enum":["a","b"]},{"enum":["c"]}]}""")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"a":{}},"required":["a"]},{"type":"object","properties":{"b":{}},"required":["b"]}]}""")]
    [InlineData("""{"oneOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/b"}],"$defs":{"a":{"type":"object","properties":{"t":{"const":"a"}},"required":["t"]},"b":{"type":"object","properties":{"t":{"const":"b"}}}}}""")]
    [InlineData("""{"oneOf":[{"anyOf":[{"type":"string"},{"type":"null"}]},{"type":"boolean"}]}""")]
    public void OneOf_WhoseBranchesExcludeEachOther_IsKept(string schema)
    {
        Assert.NotNull(JsonFormat.FromSchema(JsonElement.Parse(schema), TestContext.Current.CancellationToken));
    }
}

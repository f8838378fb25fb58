namespace Hybrid.Inference.Chat.Templates;

/// <summary>The filters (<c>value | name</c>) and tests (<c>value is name</c>) that chat templates use outside of tool calls.</summary>
internal static class JinjaFilters
{
    public static object? Apply(string name, object? value, IReadOnlyList<object?> arguments) => name switch
    {
        "trim" => JinjaOperations.Text(value).Strip(null, atStart: true, atEnd: true),
        "length" or "count" => value is JinjaText text ? text.Value.Length : (object)(long)JinjaOperations.Items(value).Count,
        "first" => JinjaOperations.Items(value) is [var first, ..] ? first : JinjaUndefined.Value,
        "last" => JinjaOperations.Items(value) is [.., var last] ? last : JinjaUndefined.Value,
        "list" => JinjaOperations.Items(value),
        "string" => JinjaOperations.Text(value),
        "default" or "d" => IsMissing(value, arguments) ? (arguments.Count > 0 ? arguments[0] : JinjaText.Empty) : value,
        _ => throw new JinjaException($"the filter '{name}' is not supported"),
    };

    public static bool Test(string name, object? value, IReadOnlyList<object?> arguments) => name switch
    {
        "defined" => value is not JinjaUndefined,
        "undefined" => value is JinjaUndefined,
        "none" => value is null,
        "string" => value is JinjaText,
        "mapping" => value is Dictionary<string, object?>,
        "sequence" or "iterable" => value is JinjaText or List<object?> or Dictionary<string, object?>,
        "boolean" => value is bool,
        "integer" => value is long,
        "number" => value is long or bool,
        "true" => value is true,
        "false" => value is false,
        "eq" or "equalto" or "==" => arguments.Count == 1 && JinjaOperations.AreEqual(value, arguments[0]),
        "odd" => JinjaOperations.Number(value) % 2 != 0,
        "even" => JinjaOperations.Number(value) % 2 == 0,
        _ => throw new JinjaException($"the test '{name}' is not supported"),
    };

    private static bool IsMissing(object? value, IReadOnlyList<object?> arguments) =>
        value is JinjaUndefined || (arguments.Count > 1 && JinjaOperations.IsTrue(arguments[1]) && !JinjaOperations.IsTrue(value));
}

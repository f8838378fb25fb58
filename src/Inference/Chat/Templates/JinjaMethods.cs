namespace Hybrid.Inference.Chat.Templates;

/// <summary>The methods that templates call on strings and mappings.</summary>
internal static class JinjaMethods
{
    private static readonly IReadOnlyDictionary<string, object?> NoNames = new Dictionary<string, object?>();

    public static object? Find(object value, string name) => value switch
    {
        JinjaText text => OfText(text, name),
        Dictionary<string, object?> mapping => OfMapping(mapping, name),
        _ => (object)JinjaUndefined.Value,
    };

    public static object? Call(object? function, IReadOnlyList<object?> arguments, IReadOnlyDictionary<string, object?>? named = null) =>
        function is JinjaCallable callable ? callable(arguments, named ?? NoNames) : throw new JinjaException("something is called that is no function");

    private static object? OfText(JinjaText text, string name) => name switch
    {
        "strip" => (JinjaCallable)((a, _) => text.Strip(Optional(a), atStart: true, atEnd: true)),
        "lstrip" => (JinjaCallable)((a, _) => text.Strip(Optional(a), atStart: true, atEnd: false)),
        "rstrip" => (JinjaCallable)((a, _) => text.Strip(Optional(a), atStart: false, atEnd: true)),
        "startswith" => (JinjaCallable)((a, _) => text.Value.StartsWith(Required(a, 0).Value, StringComparison.Ordinal)),
        "endswith" => (JinjaCallable)((a, _) => text.Value.EndsWith(Required(a, 0).Value, StringComparison.Ordinal)),
        "split" => (JinjaCallable)((a, _) => text.Split(NotEmpty(Required(a, 0)).Value)),
        "replace" => (JinjaCallable)((a, _) => text.Replace(NotEmpty(Required(a, 0)).Value, Required(a, 1))),
        _ => JinjaUndefined.Value,
    };

    private static object? OfMapping(Dictionary<string, object?> mapping, string name) => name switch
    {
        "get" => (JinjaCallable)((a, _) => mapping.TryGetValue(Required(a, 0).Value, out var found) ? found : a.ElementAtOrDefault(1)),
        "items" => (JinjaCallable)((_, _) => mapping.Select(pair => (object?)new List<object?> { JinjaText.Template(pair.Key), pair.Value }).ToList()),
        "keys" => (JinjaCallable)((_, _) => JinjaOperations.Items(mapping)),
        "values" => (JinjaCallable)((_, _) => mapping.Values.ToList()),
        _ => JinjaUndefined.Value,
    };

    private static string? Optional(IReadOnlyList<object?> arguments) => arguments.Count == 0 ? null : Required(arguments, 0).Value;

    private static JinjaText Required(IReadOnlyList<object?> arguments, int index) =>
        index < arguments.Count && arguments[index] is JinjaText text ? text : throw new JinjaException("a string is expected as argument");

    private static JinjaText NotEmpty(JinjaText text) => text.Value.Length > 0 ? text : throw new JinjaException("an empty separator");
}

using System.Collections;
using System.Globalization;

namespace Hybrid.Inference.Chat.Templates;

/// <summary>What the operators of the template language mean for the values it knows: null, undefined, bool, long, text, list, mapping.</summary>
internal static class JinjaOperations
{
    private const int MaxItems = 100_000;

    public static bool IsTrue(object? value) => value switch
    {
        null or JinjaUndefined => false,
        bool flag => flag,
        long number => number != 0,
        JinjaText text => text.Value.Length > 0,
        ICollection collection => collection.Count > 0,
        _ => true,
    };

    public static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (JinjaText a, JinjaText b) => a.Value == b.Value,
        (bool a, long b) => (a ? 1 : 0) == b,
        (long a, bool b) => a == (b ? 1 : 0),
        (List<object?> a, List<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => AreEqual(pair.First, pair.Second)),
        _ => Equals(left, right),
    };

    public static object? Compute(string symbol, object? left, object? right) => symbol switch
    {
        "==" => AreEqual(left, right),
        "!=" => !AreEqual(left, right),
        "<" => Order(left, right) < 0,
        "<=" => Order(left, right) <= 0,
        ">" => Order(left, right) > 0,
        ">=" => Order(left, right) >= 0,
        "in" => Contains(right, left),
        "not in" => !Contains(right, left),
        "+" => Add(left, right),
        "-" => unchecked(Number(left) - Number(right)),
        "*" => unchecked(Number(left) * Number(right)),
        "%" => Modulo(Number(left), Number(right)),
        "//" => FloorDivide(Number(left), Number(right)),
        _ => throw new JinjaException($"'{symbol}' is not supported"),
    };

    public static JinjaText Text(object? value) => value switch
    {
        JinjaText text => text,
        JinjaUndefined => JinjaText.Empty,
        null => JinjaText.Template("None"),
        bool flag => JinjaText.Template(flag ? "True" : "False"),
        long number => JinjaText.Template(number.ToString(CultureInfo.InvariantCulture)),
        _ => throw new JinjaException("a list, mapping or function is written out, which is not supported"),
    };

    public static long Number(object? value) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        _ => throw new JinjaException("a number is expected"),
    };

    public static List<object?> Items(object? value) => value switch
    {
        List<object?> list => list,
        JinjaUndefined => [],
        Dictionary<string, object?> mapping => [.. mapping.Keys.Select(JinjaText.Template)],
        JinjaText text => [.. Enumerable.Range(0, text.Value.Length).Select(i => text.Slice(i, 1))],
        _ => throw new JinjaException("a list is expected"),
    };

    /// <summary>What <c>value.name</c> and <c>value['name']</c> mean.</summary>
    public static object? Member(object? value, string name)
    {
        if (value is null or JinjaUndefined)
        {
            throw new JinjaException($"'{name}' is asked of something undefined");
        }

        return value is Dictionary<string, object?> mapping && mapping.TryGetValue(name, out var found) ? found : JinjaMethods.Find(value, name);
    }

    public static object? Index(object? value, object? index)
    {
        if (index is JinjaText name)
        {
            return Member(value, name.Value);
        }

        if (value is null or JinjaUndefined)
        {
            throw new JinjaException("an item is asked of something undefined");
        }

        var position = Number(index);
        var count = value is JinjaText text ? text.Value.Length : Items(value).Count;
        position = position < 0 ? position + count : position;
        if (position < 0 || position >= count)
        {
            return JinjaUndefined.Value;
        }

        return value is JinjaText source ? source.Slice((int)position, 1) : Items(value)[(int)position];
    }

    public static object? Slice(object? value, object? from, object? to, object? step)
    {
        var stride = step is null ? 1 : Number(step);
        if (value is JinjaText text)
        {
            var (first, last) = Bounds(from, to, text.Value.Length);
            return stride == 1 ? text.Slice((int)first, (int)(last - first)) : throw new JinjaException("strings can only be sliced in steps of 1");
        }

        var items = value is List<object?> list ? list : throw new JinjaException("only strings and lists can be sliced");
        if (stride == -1 && from is null && to is null)
        {
            return Enumerable.Reverse(items).ToList();
        }

        var (start, end) = Bounds(from, to, items.Count);
        return stride == 1 ? items.GetRange((int)start, (int)Math.Max(0, end - start)) : throw new JinjaException($"slices in steps of {stride} are not supported");
    }

    private static (long Start, long End) Bounds(object? from, object? to, int count)
    {
        return (Clamp(from, 0), Clamp(to, count));

        long Clamp(object? bound, long standard)
        {
            var value = bound is null ? standard : Number(bound);
            return Math.Clamp(value < 0 ? value + count : value, 0, count);
        }
    }

    private static object? Add(object? left, object? right) => (left, right) switch
    {
        (JinjaText a, JinjaText b) => JinjaText.Concat([a, b]),
        (List<object?> a, List<object?> b) => a.Count + b.Count <= MaxItems ? a.Concat(b).ToList() : throw new JinjaException("a list grows too long"),
        (long or bool, long or bool) => unchecked(Number(left) + Number(right)),
        _ => throw new JinjaException("'+' joins two strings, two lists or two numbers, and nothing else"),
    };

    private static bool Contains(object? container, object? item) => container switch
    {
        JinjaText text => item is JinjaText part && text.Value.Contains(part.Value, StringComparison.Ordinal),
        Dictionary<string, object?> mapping => item is JinjaText key && mapping.ContainsKey(key.Value),
        List<object?> list => list.Exists(entry => AreEqual(entry, item)),
        _ => throw new JinjaException("'in' needs a string, a list or a mapping"),
    };

    private static int Order(object? left, object? right) =>
        left is JinjaText a && right is JinjaText b ? string.CompareOrdinal(a.Value, b.Value) : Number(left).CompareTo(Number(right));

    private static long Modulo(long left, long right) => right is 0 or -1
        ? right == 0 ? throw new JinjaException("division by zero") : 0
        : ((left % right) + right) % right;

    private static long FloorDivide(long left, long right) => right is 0 or -1
        ? right == 0 ? throw new JinjaException("division by zero") : unchecked(-left)
        : (left - Modulo(left, right)) / right;
}

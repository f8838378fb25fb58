using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>What a parameter's description says of default and limits is what is declared, and nothing declared is left unsaid.</summary>
internal static partial class Documentation
{
    private static readonly string[] Lower = ["minValue", "minLength"];
    private static readonly string[] Upper = ["maxValue", "maxLength"];

    /// <summary>Where description and declaration differ, one line each.</summary>
    /// <param name="json">The compiled template, with its modules and types.</param>
    public static IReadOnlyList<string> Find(string json)
    {
        var found = new List<string>();
        var root = JsonNode.Parse(json)!.AsObject();
        Walk(root, found);
        foreach (var (name, parameter) in root["parameters"]!.AsObject())
        {
            FindDefault(name, parameter!.AsObject(), found);
        }

        // A type stands in the template of each module that imports it.
        return [.. found.Distinct()];
    }

    private static void Walk(JsonNode? node, List<string> found)
    {
        if (node is JsonObject inner)
        {
            foreach (var (name, child) in inner)
            {
                // An output has no limits, and what describes a whole type or template says none.
                if (child is JsonObject { } declared && declared.ContainsKey("type") && declared["metadata"]?["description"] is { } text)
                {
                    FindLimits(name, declared, text.GetValue<string>(), found);
                }

                Walk(child, found);
            }
        }

        foreach (var item in node.Items())
        {
            Walk(item, found);
        }
    }

    private static void FindLimits(string name, JsonObject declared, string text, List<string> found)
    {
        var limits = Default().Replace(text, "");
        var (least, most) = (Number(declared, Lower), Number(declared, Upper));
        var example = Example().Match(limits);
        // A length that has no choice is shown best.
        if (!(least == most && example.Success && example.Groups[1].Length == most))
        {
            found.AddRange(new[] { least, most }.OfType<int>().Where(limit => !Says(limits, limit.ToString(CultureInfo.InvariantCulture)))
                .Select(limit => $"{name} has the limit {limit}, which its description leaves out."));
        }

        if (declared["type"]!.GetValue<string>() == "int"
            && declared["allowedValues"].Items().Select(value => value.GetValue<int>()).Order().ToList() is [var first, .., var last])
        {
            (least, most) = (first, last);
        }

        var isFixed = least == most;
        foreach (Match range in Range().Matches(limits))
        {
            Compare(range.Groups["least"], least);
            Compare(range.Groups["most"], most);
            Compare(range.Groups["exact"], isFixed ? least : null);
        }

        void Compare(Group said, int? limit)
        {
            if (said.Success && said.Value != limit?.ToString(CultureInfo.InvariantCulture))
            {
                found.Add($"{name} has the limit {limit?.ToString(CultureInfo.InvariantCulture) ?? "none"}, but its description says {said.Value}.");
            }
        }
    }

    private static void FindDefault(string name, JsonObject declared, List<string> found)
    {
        var text = declared["metadata"]!["description"]!.GetValue<string>();
        var said = Default().Match(text) is { Success: true } match ? match.Groups["said"].Value : null;
        var wanted = declared["defaultValue"] switch
        {
            null => declared["nullable"] is null ? null : "none",
            JsonObject { Count: 0 } => "none",
            JsonArray { Count: 0 } when said == "nobody" => said,
            JsonArray { Count: 0 } => "none",
            // An expression is put in words.
            JsonValue value when value.ToString() is ['[', ..] => said is [':', ..] ? said : "put in words after a colon",
            JsonValue value when value.TryGetValue<bool>(out var choice) => choice ? "true" : "false",
            var value => value.ToString(),
        };
        if (said != wanted)
        {
            found.Add($"The default of {name} is {wanted ?? "not there"}, but its description says {said ?? "nothing"}.");
        }

        // All the choices stand in the text, or the ends of a range with its step.
        found.AddRange(
            from value in declared["allowedValues"].Items().Select(value => value.ToString())
            where !Says(text, value) && !text.Contains(" in steps of ", StringComparison.Ordinal)
            select $"{name} may be {value}, which its description leaves out.");
    }

    private static int? Number(JsonObject declared, string[] names) =>
        names.Select(name => declared[name]).FirstOrDefault(value => value is not null)?.GetValue<int>();

    private static bool Says(string text, string word) => Regex.IsMatch(text, $@"(?<![\w.-]){Regex.Escape(word)}(?![\w-]|\.\d)");

    /// <summary>The sentence that gives the default: a value, or a colon and words.</summary>
    [GeneratedRegex(@"Default(?: (?<said>[^\s,:;]*[^\s,:;.])|(?<said>: [^.]*))[^.]*\.?(?:[^.]*\.json\.)?$")]
    private static partial Regex Default();

    [GeneratedRegex(@", as (\S+?)[,.](?:\s|$)")]
    private static partial Regex Example();

    /// <summary>How descriptions give limits; "7 more than" another parameter is no limit of this one.</summary>
    [GeneratedRegex(
        """
        (?<![\w.]) (?<least>-?\d+) (?:,\ [^;.]*,)? \ to\ (?<most>\d+) (?![\w/])   # 1 to 32; 30, as the program has it, to 300
        | (?<least>-\d+) \ for\b                                                 # -1 for no limit
        | \b[Aa]t\ least\ (?<least>\d+) \b (?!\ more)
        | (?<![\w/.]) (?<least>\d+) \ or\ more
        | \b[Aa]t\ most\ (?<most>\d+) \b
        | (?<!to\ ) (?<!\d) (?<exact>\d+) \ characters                           # 36 characters
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Range();
}

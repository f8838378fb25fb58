using System.Collections.Frozen;

namespace Hybrid.Inference.Constraints.Regular;

/// <summary>The formats of strings that are kept, as patterns; stricter than the standards where these allow more than most readers do.</summary>
internal static class StringFormats
{
    private const string Year = "[1-9][0-9]{3}";
    private const string LeapYear = "(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)";

    private const string Date =
        "(?:" + Year + "-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|" + LeapYear + "-02-29)";

    private const string Time = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])";
    private const string Label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,20}[A-Za-z0-9])?";
    private const string Host = Label + "(?:\\." + Label + "){0,4}";
    private const string Octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private const string Group = "[0-9A-Fa-f]{1,4}";

    private const string IPv6 =
        "(?:" + Group + ":){7}" + Group
        + "|(?:" + Group + ":){1,6}:" + Group
        + "|(?:" + Group + ":){1,5}(?::" + Group + "){2}"
        + "|(?:" + Group + ":){1,4}(?::" + Group + "){3}"
        + "|(?:" + Group + ":){1,3}(?::" + Group + "){4}"
        + "|(?:" + Group + ":){1,2}(?::" + Group + "){5}"
        + "|" + Group + ":(?::" + Group + "){6}"
        + "|:(?::" + Group + "){1,7}"
        + "|(?:" + Group + ":){1,7}:|::";

    private const string UriCharacter = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";

    private const string Duration =
        "P(?:[0-9]{1,4}W|(?:[0-9]{1,4}Y(?:[0-9]{1,4}M(?:[0-9]{1,4}D)?)?|[0-9]{1,4}M(?:[0-9]{1,4}D)?|[0-9]{1,4}D)(?:T" + ClockDuration + ")?|T" + ClockDuration + ")";

    private const string ClockDuration = "(?:[0-9]{1,4}H(?:[0-9]{1,4}M(?:[0-9]{1,4}S)?)?|[0-9]{1,4}M(?:[0-9]{1,4}S)?|[0-9]{1,4}S)";

    private static readonly FrozenDictionary<string, Lazy<Dfa>> Known = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = Date + "T" + Time,
        ["duration"] = Duration,
        ["email"] = "[A-Za-z0-9_+-]{1,30}(?:\\.[A-Za-z0-9_+-]{1,30}){0,2}@" + Label + "(?:\\." + Label + "){1,4}",
        ["hostname"] = Host,
        ["ipv4"] = Octet + "(?:\\." + Octet + "){3}",
        ["ipv6"] = IPv6,
        ["uri"] = "(?:https?|ftp)://" + Host + "(?::[1-9][0-9]{0,3})?(?:/" + UriCharacter + "*)*(?:\\?(?:" + UriCharacter + "|[/?])*)?(?:#(?:" + UriCharacter + "|[/?])*)?",
        ["uuid"] = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
        ["byte"] = "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)",
    }.ToFrozenDictionary(entry => entry.Key, entry => new Lazy<Dfa>(() => ByteNfa.ToDfa(PatternParser.Parse($"^(?:{entry.Value})$"), new WorkBudget())));

    /// <summary>The names, for messages.</summary>
    public static string Names { get; } = string.Join(", ", Known.Keys.Order(StringComparer.Ordinal));

    /// <summary>Whether a format says only how a string is to be handled, not what it holds.</summary>
    public static bool IsAnnotation(string name) => name is "password" or "binary" or "text" or "string";

    /// <summary>What stands between the quotes; null for a format that is not known.</summary>
    public static Dfa? Find(string name) => Known.TryGetValue(name, out var language) ? language.Value : null;
}

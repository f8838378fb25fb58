namespace Hybrid.Inference.Tokenization.Patterns;

/// <summary>The Unicode properties that patterns may name.</summary>
internal static class UnicodeProperties
{
    private static readonly HashSet<string> GeneralCategories = new(StringComparer.Ordinal)
    {
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "Cc", "Cf", "Co",
    };

    /// <summary>Whether both Oniguruma and .NET know the name, and mean the same.</summary>
    public static bool IsGeneralCategory(string name) => GeneralCategories.Contains(name);
}

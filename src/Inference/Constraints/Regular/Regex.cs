namespace Hybrid.Inference.Constraints.Regular;

/// <summary>A regular expression over bytes.</summary>
internal abstract record Regex
{
    /// <summary>The empty text.</summary>
    public static Regex Empty { get; } = new Sequence([]);

    /// <summary>No text at all.</summary>
    public static Regex Nothing { get; } = new Choice([]);

    public static Regex Literal(ReadOnlySpan<byte> bytes)
    {
        var items = new Regex[bytes.Length];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = new Range(bytes[i], bytes[i]);
        }

        return new Sequence(items);
    }

    public static Regex Of(char first, char last) => new Range((byte)first, (byte)last);

    public static Regex Concat(params Regex[] items) => new Sequence(items);

    public static Regex Or(params Regex[] items) => new Choice(items);

    public Regex Times(int least, int? most) => new Repeat(this, least, most);

    public Regex Optional() => new Repeat(this, 0, 1);

    /// <summary>One byte within bounds.</summary>
    public sealed record Range(byte First, byte Last) : Regex;

    /// <summary>One after the other.</summary>
    public sealed record Sequence(IReadOnlyList<Regex> Items) : Regex;

    /// <summary>One of them.</summary>
    public sealed record Choice(IReadOnlyList<Regex> Items) : Regex;

    /// <summary>So many times; any number from the least on where <see cref="Most"/> is null.</summary>
    public sealed record Repeat(Regex Item, int Least, int? Most) : Regex;

    /// <summary>Holds where the text begins (or, <see cref="AtEnd"/>, where it ends) and takes nothing.</summary>
    public sealed record Anchor(bool AtEnd) : Regex;
}

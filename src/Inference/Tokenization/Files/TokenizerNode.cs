using System.Text.Json;
using Hybrid.Inference.Folders;

namespace Hybrid.Inference.Tokenization.Files;

/// <summary>A value in a tokenizer file that knows its file and its key, so that every complaint names both.</summary>
/// <param name="File">The file, as the user would name it.</param>
/// <param name="Key">The path to the value; empty for the whole file.</param>
/// <param name="Value">The value.</param>
internal readonly record struct TokenizerNode(string File, string Key, JsonElement Value)
{
    private const int LongestQuote = 80;
    private const string Damaged = "Download the model folder again.";

    /// <summary>A member that may be missing or null.</summary>
    public TokenizerNode? Optional(string name)
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("an object");
        }

        return Value.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? At(name, member) : null;
    }

    /// <summary>A member that must be there.</summary>
    public TokenizerNode Required(string name)
    {
        return Optional(name) ?? throw new ModelFolderException(File, $"{Join(name)} is missing", Damaged);
    }

    public string Text()
    {
        if (Value.ValueKind != JsonValueKind.String)
        {
            throw Wrong("a string");
        }

        try
        {
            return Value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new ModelFolderException(File, $"{Key} is no valid Unicode text", Damaged, e);
        }
    }

    public bool Flag()
    {
        return Value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong("true or false"),
        };
    }

    public bool Flag(string name, bool defaultValue) => Optional(name)?.Flag() ?? defaultValue;

    /// <summary>An integer within bounds, both included.</summary>
    public int Integer(int least, int most)
    {
        return Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Wrong($"a whole number from {least} to {most}");
    }

    public IEnumerable<TokenizerNode> Items()
    {
        if (Value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong("an array");
        }

        var node = this;
        return Value.EnumerateArray().Select((item, index) => node with { Key = $"{node.Key}[{index}]", Value = item });
    }

    /// <summary>The members of an object.</summary>
    public IEnumerable<(string Name, TokenizerNode Node)> Members()
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("an object");
        }

        foreach (var member in Value.EnumerateObject())
        {
            var name = NameOf(member);
            yield return (name, At(name, member.Value));
        }
    }

    /// <summary>A complaint that the value is not of the expected kind.</summary>
    public ModelFolderException Wrong(string expected) => new(File, $"{Key} is {Quote()}; it must be {expected}", Damaged);

    /// <summary>A complaint about damage.</summary>
    public ModelFolderException Broken(string problem) => new(File, $"{Key} {problem}", Damaged);

    /// <summary>A complaint that the value is beyond what this room can do.</summary>
    public ModelFolderException Unsupported(string known)
    {
        return new ModelFolderException(File, $"{Key} is {Quote()}, which is not supported", $"Supported: {known}. Choose another model.");
    }

    /// <summary>The value as it stands in the file, shortened.</summary>
    public string Quote()
    {
        var text = Value.ValueKind == JsonValueKind.Undefined ? "nothing" : Value.GetRawText();
        return text.Length <= LongestQuote ? text : $"{text.AsSpan(0, LongestQuote)}…";
    }

    private string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException e)
        {
            throw new ModelFolderException(File, $"{Key} has a key that is no valid Unicode text", Damaged, e);
        }
    }

    private TokenizerNode At(string name, JsonElement value) => new(File, Join(name), value);

    private string Join(string name) => Key.Length == 0 ? name : $"{Key}.{name}";
}

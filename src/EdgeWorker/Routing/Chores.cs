using System.Text.RegularExpressions;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Routing;

/// <summary>
/// Tells the chores of chat programs (a title, tags, follow-ups and the like for a chat) from what people ask. They come as prompts of their
/// own, several for each turn of a chat, and nobody would pay a large model for them. Thread safe.
/// </summary>
internal sealed class Chores
{
    /// <summary>Characters of the last message that are looked at: what a program wants stands first.</summary>
    private const int MostLookedAt = 4096;

    private const string Task = @"\A\s*#{1,6}\s*Task:?\s*";

    /// <summary>
    /// How the task prompts of Open WebUI begin (its default templates, since version 0.3), each without the words its versions differ in.
    /// </summary>
    private static readonly IReadOnlyDictionary<string, string> BuiltIn = new Dictionary<string, string>
    {
        ["title"] = $@"{Task}(Generate|Create|Write|Provide)\b[^\n]{{0,80}}\btitle\b",
        ["title_earlier"] = @"\A\s*Create a concise, 3-5 word (title|phrase)\b",
        ["tags"] = $@"{Task}Generate\b[^\n]{{0,40}}\btags\b",
        ["follow_ups"] = $@"{Task}Suggest\b[^\n]{{0,40}}\bfollow-?\s?ups?\b",
        ["queries"] = $@"{Task}[^\n]{{0,120}}\bsearch quer(y|ies)\b",
        ["image_prompt"] = $@"{Task}Generate\b[^\n]{{0,40}}\bprompt\b[^\n]{{0,20}}\bimage generation\b",
        ["autocomplete"] = $@"{Task}You are an autocompletion system\b",
        ["emoji"] = @"\A\s*Your task is to reflect the speaker's likely facial expression through a fitting emoji\b",
    };

    private readonly List<(string Name, Regex Pattern)> _patterns = [];

    /// <exception cref="ArgumentException">A configured pattern cannot be used; see <see cref="Trouble"/>.</exception>
    public Chores(RoutingOptions options)
    {
        if (options.RecognizeChores)
        {
            _patterns.AddRange(BuiltIn.Concat(options.Chores).Select(pattern => (pattern.Key, Compile(pattern.Value))));
        }
    }

    /// <summary>What is wrong with a pattern; null if nothing.</summary>
    public static string? Trouble(string pattern)
    {
        try
        {
            _ = Compile(pattern);
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return exception.Message;
        }
    }

    /// <summary>Which chore a conversation is; null for none.</summary>
    public string? Find(IReadOnlyList<PromptMessage> messages)
    {
        if (messages is not [.., { Role: MessageRole.User, Content: var content }])
        {
            return null;
        }

        foreach (var (name, pattern) in _patterns)
        {
            if (pattern.IsMatch(content.AsSpan(0, Math.Min(content.Length, MostLookedAt))))
            {
                return name;
            }
        }

        return null;
    }

    // Without backtracking the time is linear in the text, whatever the pattern: callers write the text.
    private static Regex Compile(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}

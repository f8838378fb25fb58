using Hybrid.Inference.Chat.Templates;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Tokenization;

namespace Hybrid.Inference.Chat;

/// <summary>Lays a conversation out as the text that a model was trained on.</summary>
/// <remarks>
/// A folder's own template is interpreted, so the text is what Hugging Face's <c>apply_chat_template</c> gives, character by character.
/// It is accepted only if what it writes for a few set conversations has the marks of a known family, because the tokens that end an
/// answer must be known. Immutable and safe for concurrent use.
/// </remarks>
public sealed class ChatFormat
{
    private const string SystemSeparator = "\n\n";

    private readonly ChatLayout _layout;

    private ChatFormat(string name, ChatFamily family, ChatLayout layout, bool takesSystem)
    {
        (Name, StopTokens, _layout, TakesSystem) = (name, family.StopTokens, layout, takesSystem);
    }

    /// <summary>The formats that configuration can name.</summary>
    public static IReadOnlyList<string> KnownNames { get; } = [.. ChatPreset.All.Select(preset => preset.Name)];

    /// <summary>The format's name: one of <see cref="KnownNames"/>.</summary>
    public string Name { get; }

    /// <summary>
    /// The tokens that end an answer, beside the end tokens of the model's configuration; a vocabulary need not have all of them.
    /// </summary>
    public IReadOnlyList<string> StopTokens { get; }

    /// <summary>Whether the template has a place for system messages; where not, they precede the user message that follows them.</summary>
    public bool TakesSystem { get; }

    /// <summary>Finds the format of a model folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="configuredName">One of <see cref="KnownNames"/> to overrule the folder's template, or null.</param>
    /// <param name="timeProvider">Tells the date to templates that state it.</param>
    /// <exception cref="ModelFolderException">There is no template, it is of no known format, or the name is unknown.</exception>
    public static ChatFormat Recognise(ModelFolder folder, string? configuredName, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Recognise(folder.ChatTemplate, folder.BosToken, folder.EosToken, configuredName, folder.ChatTemplateFile, timeProvider);
    }

    /// <summary>Finds the format of a template.</summary>
    /// <param name="template">The template in Jinja; null where the model has none.</param>
    /// <param name="bosToken">The text of the token that begins a text, where the model has one.</param>
    /// <param name="eosToken">The text of the token that ends a text, where the model has one.</param>
    /// <param name="configuredName">One of <see cref="KnownNames"/> to overrule the template, or null.</param>
    /// <param name="file">Where the template came from, for the exception.</param>
    /// <param name="timeProvider">Tells the date to templates that state it.</param>
    /// <exception cref="ModelFolderException">There is no template, it is of no known format, or the name is unknown.</exception>
    public static ChatFormat Recognise(
        string? template, string? bosToken, string? eosToken, string? configuredName, string file, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(timeProvider);
        if (configuredName is not null)
        {
            var preset = ChatPreset.Find(configuredName)
                ?? throw new ModelFolderException(file, $"the configured chat format \"{configuredName}\" is unknown", Remedy);
            var layout = new ChatLayout(JinjaTemplate.Parse(preset.Template), bosToken, eosToken, timeProvider);
            return new ChatFormat(preset.Name, preset.Family, layout, takesSystem: true);
        }

        return template is null
            ? throw new ModelFolderException(file, "there is no chat template", Remedy)
            : FromTemplate(template, bosToken, eosToken, file, timeProvider);
    }

    /// <summary>Lays out a conversation.</summary>
    /// <param name="turns">The messages in order; at least one.</param>
    /// <param name="addGenerationPrompt">Whether to end with the marks that begin the model's answer.</param>
    /// <param name="enableThinking">Handed to templates that know it (Qwen3); null leaves it undefined, which is their default.</param>
    /// <returns>The text in order: the template's own pieces, and the messages' as typed, never the two in one segment.</returns>
    /// <exception cref="ArgumentException">The template refuses this conversation, or there is nothing in it.</exception>
    public IReadOnlyList<PromptSegment> Render(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt = true, bool? enableThinking = null)
    {
        ArgumentNullException.ThrowIfNull(turns);
        if (turns.Count == 0)
        {
            throw new ArgumentException("A conversation needs at least one message.", nameof(turns));
        }

        try
        {
            return _layout.Render(TakesSystem ? turns : MergeSystem(turns), addGenerationPrompt, enableThinking).ToSegments();
        }
        catch (JinjaException exception)
        {
            throw new ArgumentException($"The chat format {Name} refuses this conversation: {exception.Message}.", nameof(turns), exception);
        }
    }

    private static string Remedy => $"Set the model's chat format in the configuration to one of: {string.Join(", ", KnownNames)}.";

    private static ChatFormat FromTemplate(string template, string? bosToken, string? eosToken, string file, TimeProvider timeProvider)
    {
        try
        {
            var layout = new ChatLayout(JinjaTemplate.Parse(template), bosToken, eosToken, timeProvider);
            var probe = ChatProbe.Of(layout);
            var family = ChatFamily.All.FirstOrDefault(family => family.Matches(probe, bosToken))
                ?? throw new ModelFolderException(file, "the chat template is of no known format", Remedy);
            var preset = ChatPreset.All.FirstOrDefault(preset => preset.Family == family && ProbeOf(preset) == probe);
            return new ChatFormat(preset?.Name ?? family.Name, family, layout, ChatFamily.TakesSystem(probe));
        }
        catch (JinjaException exception)
        {
            throw new ModelFolderException(file, $"the chat template cannot be used ({exception.Message})", Remedy, exception);
        }

        ChatProbe ProbeOf(ChatPreset preset) => ChatProbe.Of(new ChatLayout(JinjaTemplate.Parse(preset.Template), bosToken, eosToken, timeProvider));
    }

    /// <summary>Puts each system message in front of the user message that follows it.</summary>
    private static List<ChatTurn> MergeSystem(IReadOnlyList<ChatTurn> turns)
    {
        var merged = new List<ChatTurn>(turns.Count);
        var pending = "";
        foreach (var turn in turns)
        {
            if (turn.Role == ChatRoleKind.System)
            {
                pending += turn.Content + SystemSeparator;
            }
            else if (turn.Role == ChatRoleKind.User)
            {
                merged.Add(turn with { Content = pending + turn.Content });
                pending = "";
            }
            else
            {
                merged.Add(turn);
            }
        }

        return pending.Length == 0
            ? merged
            : throw new ArgumentException("The model takes no system messages of their own, and no user message follows the last one.", nameof(turns));
    }
}

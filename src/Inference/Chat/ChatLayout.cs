using System.Globalization;
using System.Text;
using Hybrid.Inference.Chat.Templates;

namespace Hybrid.Inference.Chat;

/// <summary>A template with all that it may read beside the conversation.</summary>
internal sealed class ChatLayout(JinjaTemplate template, string? bosToken, string? eosToken, TimeProvider timeProvider)
{
    public JinjaText Render(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt = true, bool? enableThinking = null)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["messages"] = turns.Select(turn => (object?)Message(turn)).ToList(),
            ["add_generation_prompt"] = addGenerationPrompt,
            // As in transformers, where both are defined and None unless the caller gives them.
            ["tools"] = null,
            ["documents"] = null,
            ["strftime_now"] = (JinjaCallable)((arguments, _) => JinjaText.Template(
                FormatDate(timeProvider.GetLocalNow(), arguments is [JinjaText format] ? format.Value : throw new JinjaException("strftime_now takes a format")))),
        };
        AddToken(values, "bos_token", bosToken);
        AddToken(values, "eos_token", eosToken);
        if (enableThinking is { } thinking)
        {
            values["enable_thinking"] = thinking;
        }

        return template.Render(values);
    }

    private static Dictionary<string, object?> Message(ChatTurn turn) => new(StringComparer.Ordinal)
    {
        ["role"] = JinjaText.Template(turn.Role switch
        {
            ChatRoleKind.System => "system",
            ChatRoleKind.User => "user",
            _ => "assistant",
        }),
        ["content"] = JinjaText.Typed(turn.Content),
    };

    private static void AddToken(Dictionary<string, object?> values, string name, string? token)
    {
        if (token is not null)
        {
            values[name] = JinjaText.Template(token);
        }
    }

    /// <summary>Python's <c>strftime</c> in the C locale, as far as dates in prompts go.</summary>
    private static string FormatDate(DateTimeOffset time, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            var code = format[++i];
            text.Append(code switch
            {
                '%' => "%",
                'd' => Net("dd"),
                'b' => Net("MMM"),
                'B' => Net("MMMM"),
                'm' => Net("MM"),
                'Y' => Net("yyyy"),
                'y' => Net("yy"),
                'a' => Net("ddd"),
                'A' => Net("dddd"),
                'H' => Net("HH"),
                'M' => Net("mm"),
                'S' => Net("ss"),
                _ => throw new JinjaException($"strftime_now does not know %{code}"),
            });
        }

        return text.ToString();

        string Net(string net) => time.ToString(net, CultureInfo.InvariantCulture);
    }
}

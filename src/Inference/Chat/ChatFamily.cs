namespace Hybrid.Inference.Chat;

/// <summary>A way of marking turns that several models share, recognised by what a template writes and not by how it is written.</summary>
/// <param name="Name">The name for members that no preset matches exactly.</param>
/// <param name="Open">What precedes a message, with {0} for the role.</param>
/// <param name="Close">What follows a message.</param>
/// <param name="StopTokens">The tokens that end an answer.</param>
internal sealed record ChatFamily(string Name, string Open, string Close, IReadOnlyList<string> StopTokens)
{
    public static readonly ChatFamily Phi3 = new("phi-3", "<|{0}|>\n", "<|end|>\n", ["<|end|>", "<|endoftext|>"]);

    public static readonly ChatFamily Phi4Mini = new("phi-4-mini", "<|{0}|>", "<|end|>", ["<|end|>", "<|endoftext|>"]);

    public static readonly ChatFamily Phi4 = new("phi-4", "<|im_start|>{0}<|im_sep|>", "<|im_end|>", ["<|im_end|>", "<|endoftext|>"]);

    public static readonly ChatFamily ChatMl = new("chatml", "<|im_start|>{0}\n", "<|im_end|>\n", ["<|im_end|>", "<|endoftext|>"]);

    public static readonly ChatFamily Llama3 = new(
        "llama-3", "<|start_header_id|>{0}<|end_header_id|>\n\n", "<|eot_id|>", ["<|eot_id|>", "<|eom_id|>", "<|end_of_text|>"]);

    public static readonly IReadOnlyList<ChatFamily> All = [Phi3, Phi4Mini, Phi4, ChatMl, Llama3];

    private const string ControlStart = "<|";

    private static readonly string[] Starts = ["<s>", "<|begin_of_text|>", "<|endoftext|>"];
    private static readonly string[] Thoughts = ["<think>\n\n</think>\n\n", "<think>\n"];

    /// <summary>Whether the probe shows this family's marks in their places, and no others.</summary>
    public bool Matches(ChatProbe probe, string? bosToken)
    {
        var question = probe.Question.AsSpan();
        var dialogue = probe.Dialogue.AsSpan();
        return SkipStart(ref question, bosToken)
            && Skip(ref question, OpenOf("user"), ChatProbe.Ask, Close, OpenOf("assistant")) && SkipThought(ref question) && question.IsEmpty
            && SkipStart(ref dialogue, bosToken)
            && Skip(ref dialogue, OpenOf("user"), ChatProbe.Ask, Close, OpenOf("assistant")) && SkipThought(ref dialogue)
            && Skip(ref dialogue, ChatProbe.Answer, Close)
            && Skip(ref dialogue, OpenOf("user"), ChatProbe.FollowUp, Close, OpenOf("assistant")) && SkipThought(ref dialogue) && dialogue.IsEmpty
            && SystemFits(probe.System, bosToken);
    }

    /// <summary>Whether a system message reaches the model.</summary>
    public static bool TakesSystem(ChatProbe probe) => probe.System?.Contains(ChatProbe.Instruction, StringComparison.Ordinal) ?? false;

    private string OpenOf(string role) => Open.Replace("{0}", role, StringComparison.Ordinal);

    /// <summary>Where system messages are taken at all, they must stand in a system block.</summary>
    private bool SystemFits(string? text, string? bosToken)
    {
        if (text is null)
        {
            return true;
        }

        var rest = text.AsSpan();
        return SkipStart(ref rest, bosToken)
            && Skip(ref rest, OpenOf("user"), ChatProbe.Ask, Close, OpenOf("assistant")) && SkipThought(ref rest) && rest.IsEmpty;
    }

    /// <summary>Skips the begin token and a system block (the template's default, a date), which holds no control tokens inside.</summary>
    private bool SkipStart(ref ReadOnlySpan<char> text, string? bosToken)
    {
        if (!(bosToken is { Length: > 0 } && Skip(ref text, bosToken)))
        {
            foreach (var start in Starts)
            {
                if (Skip(ref text, start))
                {
                    break;
                }
            }
        }

        if (!Skip(ref text, OpenOf("system")))
        {
            return true;
        }

        var end = text.IndexOf(Close, StringComparison.Ordinal);
        if (end < 0 || text[..end].Contains(ControlStart, StringComparison.Ordinal))
        {
            return false;
        }

        text = text[(end + Close.Length)..];
        return true;
    }

    private static bool SkipThought(ref ReadOnlySpan<char> text)
    {
        foreach (var thought in Thoughts)
        {
            if (Skip(ref text, thought))
            {
                break;
            }
        }

        return true;
    }

    private static bool Skip(ref ReadOnlySpan<char> text, params ReadOnlySpan<string> pieces)
    {
        var rest = text;
        foreach (var piece in pieces)
        {
            if (!rest.StartsWith(piece, StringComparison.Ordinal))
            {
                return false;
            }

            rest = rest[piece.Length..];
        }

        text = rest;
        return true;
    }
}

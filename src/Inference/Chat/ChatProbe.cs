namespace Hybrid.Inference.Chat;

/// <summary>What a template makes of a few set conversations; enough to tell one format from another.</summary>
internal sealed record ChatProbe(string Question, string Dialogue, string Thinking, string? System)
{
    // Words that no template writes by itself.
    public const string Instruction = "zqInstruction";
    public const string Ask = "zqAsk";
    public const string Answer = "zqAnswer";
    public const string FollowUp = "zqFollowUp";

    private static readonly ChatTurn[] QuestionTurns = [new(ChatRoleKind.User, Ask)];

    private static readonly ChatTurn[] DialogueTurns =
        [new(ChatRoleKind.User, Ask), new(ChatRoleKind.Assistant, Answer), new(ChatRoleKind.User, FollowUp)];

    private static readonly ChatTurn[] ThinkingTurns =
        [new(ChatRoleKind.User, Ask), new(ChatRoleKind.Assistant, $"<think>\n{Instruction}\n</think>\n\n{Answer}"), new(ChatRoleKind.User, FollowUp)];

    private static readonly ChatTurn[] SystemTurns = [new(ChatRoleKind.System, Instruction), new(ChatRoleKind.User, Ask)];

    /// <summary>Renders the conversations; <see cref="System"/> is null where the template refuses system messages.</summary>
    public static ChatProbe Of(ChatLayout layout) => new(
        layout.Render(QuestionTurns).Value,
        layout.Render(DialogueTurns).Value,
        layout.Render(ThinkingTurns).Value,
        TryRender(layout, SystemTurns));

    private static string? TryRender(ChatLayout layout, IReadOnlyList<ChatTurn> turns)
    {
        try
        {
            return layout.Render(turns).Value;
        }
        catch (Templates.JinjaException)
        {
            return null;
        }
    }
}

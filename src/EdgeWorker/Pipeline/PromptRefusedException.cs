namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>A prompt was not accepted; nothing was recorded.</summary>
internal sealed class PromptRefusedException(RefusalKind kind, string field, string message) : Exception(message)
{
    public RefusalKind Kind { get; } = kind;

    /// <summary>The field that is wrong; empty for the whole.</summary>
    public string Field { get; } = field;
}

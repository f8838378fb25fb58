namespace Hybrid.StarterModels.Tokenizing;

/// <summary>The chat markers, in the order of their ids (0 to 4). Their names are those of Phi-4-mini's format.</summary>
internal static class SpecialTokens
{
    public const string EndOfText = "<|endoftext|>";
    public const string System = "<|system|>";
    public const string User = "<|user|>";
    public const string Assistant = "<|assistant|>";
    public const string End = "<|end|>";

    public static readonly IReadOnlyList<string> All = [EndOfText, System, User, Assistant, End];
}

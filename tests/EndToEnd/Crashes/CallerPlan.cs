namespace Hybrid.EndToEnd.Crashes;

/// <summary>A prompt, and how its caller behaves.</summary>
/// <param name="Text">What is asked; within a run no two are alike, so that a call of the large model tells whose it is.</param>
internal sealed record CallerPlan(string Text)
{
    /// <summary>The model asked for.</summary>
    public string Model { get; init; } = "hybrid";

    /// <summary>Whether the caller wants to see the answer as it comes.</summary>
    public bool Streams { get; init; }

    /// <summary>Whether the answer is worth nothing without the caller.</summary>
    public bool Interactive { get; init; }

    /// <summary>Whether the caller goes away once the prompt is accepted, and only later asks what became of it.</summary>
    public bool Leaves { get; init; }

    /// <summary>Whether it goes to the cloud's own API.</summary>
    public bool Direct { get; init; }

    /// <summary>The prompt's deadline; null for the configured one.</summary>
    public double? DeadlineSeconds { get; init; }

    /// <summary>Characters appended to the text, to make it too large for a message.</summary>
    public int Padding { get; init; }

    /// <summary>The most tokens of the answer.</summary>
    public int MaxTokens { get; init; } = 12;

    public string WholeText => Padding == 0 ? Text : Text + new string('.', Padding);
}

using Hybrid.Inference.Constraints;
using Hybrid.Inference.Sampling;

namespace Hybrid.Inference.Answers;

/// <summary>How an answer is generated.</summary>
public sealed record GenerationOptions
{
    /// <summary>The most stop sequences accepted.</summary>
    public const int MaxStopSequences = 16;

    /// <summary>The longest stop sequence accepted, in UTF-16 units.</summary>
    public const int MaxStopSequenceLength = 1024;

    /// <summary>The most alternatives reported for a token; OpenAI's bound.</summary>
    public const int MaxTopLogProbabilities = 20;

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>The most tokens to generate.</summary>
    /// <value>1 or more; null (the default) takes <see cref="LocalModelOptions.DefaultMaxOutputTokens"/>.</value>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Texts that end the answer and are not part of it, wherever token borders fall.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>The form the answer is held to while it is written.</summary>
    /// <value>Null (the default) for free text.</value>
    public JsonFormat? Format { get; init; }

    /// <summary>Whether requests of normal priority may go first while this one waits for a place.</summary>
    /// <value>Default false. Low ones get every fourth place at least, and at most half of the queue.</value>
    public bool IsLowPriority { get; init; }

    /// <summary>Whether each token's log-probability is reported.</summary>
    public bool LogProbabilities { get; init; }

    /// <summary>How many alternatives are reported with each; needs <see cref="LogProbabilities"/>.</summary>
    /// <value>0 to 20, default 0.</value>
    public int TopLogProbabilities { get; init; }

    /// <summary>Refuses values outside the ranges above.</summary>
    /// <exception cref="ArgumentException">A value lies outside its range; the message names it.</exception>
    public void Validate()
    {
        Sampling.Validate();
        if (MaxOutputTokens is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxOutputTokens), MaxOutputTokens, $"{nameof(MaxOutputTokens)} must be 1 or more.");
        }

        if (TopLogProbabilities is < 0 or > MaxTopLogProbabilities || (TopLogProbabilities > 0 && !LogProbabilities))
        {
            throw new ArgumentOutOfRangeException(
                nameof(TopLogProbabilities), TopLogProbabilities, $"{nameof(TopLogProbabilities)} must be in [0, {MaxTopLogProbabilities}], and 0 without {nameof(LogProbabilities)}.");
        }

        if (StopSequences.Count > MaxStopSequences || StopSequences.Any(stop => stop.Length is 0 or > MaxStopSequenceLength))
        {
            throw new ArgumentException(
                $"{nameof(StopSequences)} takes up to {MaxStopSequences} texts of 1 to {MaxStopSequenceLength} characters.", nameof(StopSequences));
        }
    }
}

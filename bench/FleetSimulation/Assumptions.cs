namespace Hybrid.FleetSimulation;

/// <summary>What a device does in a day, and what a call is like. Own choices, to be replaced by measurements of a real fleet.</summary>
internal static class Assumptions
{
    /// <summary>Prompts of a device in a day.</summary>
    public const double PromptsPerDay = 40;

    /// <summary>The share of prompts that escalate.</summary>
    public const double EscalationShare = 0.2;

    /// <summary>How many times the day's mean the busiest hour has.</summary>
    public const double PeakFactor = 3;

    /// <summary>Tokens a call reads.</summary>
    public const double InputTokens = 800;

    /// <summary>Tokens a call writes.</summary>
    public const double OutputTokens = 250;

    /// <summary>The median length of a call, in seconds.</summary>
    public const double CallSeconds = 3;

    /// <summary>The spread of a call's length: the standard deviation of its logarithm.</summary>
    public const double CallSpread = 0.5;

    /// <summary>Escalations of a device per second, over the day.</summary>
    public const double MeanEscalations = PromptsPerDay * EscalationShare / 86_400;

    /// <summary>Escalations of a device per second in the busiest hour.</summary>
    public const double PeakEscalations = MeanEscalations * PeakFactor;

    /// <summary>Results of a device per second in the busiest hour: each prompt sends one.</summary>
    public const double PeakResults = PromptsPerDay / 86_400 * PeakFactor;

    /// <summary>Tokens of a call.</summary>
    public const double TokensPerCall = InputTokens + OutputTokens;
}

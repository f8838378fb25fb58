namespace Hybrid.EndToEnd.Check;

/// <summary>The promises that can be found broken.</summary>
internal static class FindingCodes
{
    /// <summary>A caller was told that a prompt is accepted, and nobody has it.</summary>
    public const string Lost = "lost";

    /// <summary>A prompt has no outcome.</summary>
    public const string NoOutcome = "no_outcome";

    /// <summary>A prompt has more than one outcome.</summary>
    public const string TwoOutcomes = "two_outcomes";

    /// <summary>A caller was told something else than what is recorded, or than another caller was.</summary>
    public const string CallersDiffer = "callers_differ";

    /// <summary>The journal and the outcome blob disagree about a cloud answer.</summary>
    public const string BlobDiffers = "blob_differs";

    /// <summary>The cloud decided a prompt and its device never heard.</summary>
    public const string AnswerLost = "answer_lost";

    /// <summary>The cloud was never told a prompt's result, or told another.</summary>
    public const string ResultDiffers = "result_differs";

    /// <summary>More calls were paid than the stated windows allow.</summary>
    public const string PaidTwice = "paid_twice";

    /// <summary>A call was paid for a prompt nobody handed in, or an answer came from no call.</summary>
    public const string UnknownCall = "unknown_call";

    /// <summary>Something is left that nobody will ever take away.</summary>
    public const string LeftOver = "left_over";

    /// <summary>A journal's file is damaged.</summary>
    public const string Damaged = "damaged";
}

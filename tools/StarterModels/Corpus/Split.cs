namespace Hybrid.StarterModels.Corpus;

/// <summary>What a combination of item and wording may be used for.</summary>
internal enum Split
{
    Training,

    /// <summary>Watched during training; decisions about the mix and the schedule rest on it.</summary>
    Development,

    /// <summary>Asked only in the end: these become <c>eval.jsonl</c>.</summary>
    Test,
}

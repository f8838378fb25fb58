namespace Hybrid.StarterModels.Corpus;

/// <summary>One question and its one right answer.</summary>
/// <remarks>
/// <see cref="Item"/> is what is asked about (a code, a tag, a pair of numbers), <see cref="Wording"/> the template it is asked with.
/// </remarks>
internal sealed record Sample(string Task, string Item, string Wording, string Prompt, string Answer);

namespace Hybrid.EndToEnd.Check;

/// <summary>A call the large model got.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Text">The last user message: whose prompt it was.</param>
/// <param name="Paid">Whether the model answered it: a provider bills that, whoever hears the answer.</param>
internal sealed record ModelCall(int Number, string Text, bool Paid);

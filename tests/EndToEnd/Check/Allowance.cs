namespace Hybrid.EndToEnd.Check;

/// <summary>What a run may show beyond the plain promise, because it was made to.</summary>
/// <param name="ExtraPaidCalls">Calls paid for a second time: the stated windows it went through.</param>
/// <param name="PutAside">Messages on the queues of what can never be handled.</param>
internal sealed record Allowance(int ExtraPaidCalls = 0, int PutAside = 0);

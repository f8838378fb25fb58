namespace Hybrid.Contracts.Tests;

/// <summary>One full event of each type, as the golden files have them.</summary>
internal static class Samples
{
    public static readonly Guid Prompt = Guid.Parse("0193a2b4-5c6d-7e8f-9012-3456789abcde");
    public static readonly Guid Epoch = Guid.Parse("c0ffee00-0000-4000-8000-000000000001");
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 10, 30, 0, TimeSpan.Zero);
    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    public static HybridEvent<EscalationData> Escalation() => EventFormat.Create(
        "e-1", EventFormat.DeviceSource("pump-7"), EventTypes.Escalation, Prompt, Time,
        new EscalationData(
            Prompt, "pump-7", Epoch, Time.AddMinutes(10),
            [new PromptMessage(MessageRole.System, "Be brief."), new PromptMessage(MessageRole.User, "Déjà vu? \"Zwölf\" 🙂")],
            ReasonCode.Unsure, new PromptOptions(200, 0.5, 0.9, ["\n\n"], 7, true), "delta", 0.25, "12 over."),
        Trace);

    public static HybridEvent<AnswerData> Answer() => EventFormat.Create(
        "a-1", EventFormat.FunctionSource("hybrid-cloud"), EventTypes.Answer, Prompt, Time,
        new AnswerData(
            Prompt, "pump-7", Epoch, CloudOutcome.Answered, "Twelve.", "gpt-large", new TokenUsage(40, 3), new Cost(0.00012m, "USD"), "stop"),
        Trace);

    public static HybridEvent<ResultData> Result() => EventFormat.Create(
        "r-1", EventFormat.DeviceSource("pump-7"), EventTypes.Result, Prompt, Time,
        new ResultData(
            Prompt, "pump-7", Epoch, PromptState.Answered, PromptRoute.Cloud, ReasonCode.Unsure, 1234.5, "gpt-large",
            new TokenUsage(40, 3), new Cost(0.00012m, "USD"), 0.25),
        Trace);
}

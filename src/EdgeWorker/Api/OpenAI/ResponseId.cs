namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>The ids of responses: <c>resp_</c> and the prompt's.</summary>
internal static class ResponseId
{
    public const string Prefix = "resp_";

    public static string Of(Guid prompt) => $"{Prefix}{prompt:N}";

    public static bool TryRead(string text, out Guid prompt)
    {
        prompt = Guid.Empty;
        return text.StartsWith(Prefix, StringComparison.Ordinal) && Guid.TryParseExact(text.AsSpan(Prefix.Length), "N", out prompt);
    }
}

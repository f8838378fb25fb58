namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Why a call gets no answer.</summary>
/// <param name="Status">The HTTP status, where one can still be sent.</param>
/// <param name="Error">What is said.</param>
/// <param name="IsFinal">Whether sending the request again would only bring the same.</param>
internal sealed record CallFailure(int Status, OpenAIError Error, bool IsFinal = false);

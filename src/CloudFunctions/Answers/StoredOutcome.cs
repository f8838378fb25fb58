using Hybrid.Contracts;

namespace Hybrid.CloudFunctions.Answers;

/// <summary>A final outcome as it lies in its blob.</summary>
/// <param name="Answer">The outcome.</param>
/// <param name="StoredAt">When it became final.</param>
internal sealed record StoredOutcome(AnswerData Answer, DateTimeOffset StoredAt);

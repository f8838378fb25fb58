using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Identity;
using Hybrid.Contracts;
using Hybrid.Inference.Constraints;
using Hybrid.Inference.Decoding;

namespace Hybrid.CloudFunctions.Models;

/// <summary>A failed call, judged. Holds nothing of the provider's text, which may quote the prompt.</summary>
/// <param name="Kind">What it means for the prompt.</param>
/// <param name="Code">For programs.</param>
/// <param name="Message">For people.</param>
/// <param name="RetryAfter">How long the server asks to wait; null where it does not say.</param>
internal sealed record ModelFault(FaultKind Kind, string Code, string Message, TimeSpan? RetryAfter = null)
{
    private const int MaxCodeLength = 64;

    /// <summary>A call that took longer than allowed.</summary>
    public static ModelFault Timeout(TimeSpan limit) =>
        new(
            FaultKind.Transient,
            "timeout",
            $"The model did not answer within {limit} ({ModelOptions.SectionName}:{nameof(ModelOptions.CallTimeout)}).");

    /// <summary>Judges what a client threw.</summary>
    public static ModelFault Of(Exception exception, TimeProvider time) => exception switch
    {
        ClientResultException { Status: 0 } => CutOff(),
        ClientResultException failure => OfStatus(failure, time),
        HttpRequestException or IOException or TimeoutException or OperationCanceledException or RequestFailedException => CutOff(),
        AggregateException => CutOff(),
        AuthenticationFailedException => new(
            FaultKind.Transient, "no_identity",
            "No identity could be obtained for the model's endpoint. Assign a managed identity, or set Model:ApiKey."),
        PromptTooLongException or KvBudgetExceededException => new(FaultKind.Permanent, ReasonCode.TooLong.Value, exception.Message),
        UnsupportedSchemaException => new(FaultKind.Permanent, ReasonCode.Unsupported.Value, exception.Message),
        NotSupportedException => new(
            FaultKind.Permanent, ReasonCode.Unsupported.Value, "The prompt asks for something this model cannot do, such as calling tools."),
        ArgumentException and not ArgumentOutOfRangeException => new(
            FaultKind.Permanent, ReasonCode.Unsupported.Value, "The conversation does not fit the model's chat format."),
        InferenceQueueFullException or InferenceFailedException => new(FaultKind.Transient, "local_busy", exception.Message),
        _ => new(FaultKind.Unreadable, "unreadable", $"The model's answer could not be read ({exception.GetType().Name})."),
    };

    private static ModelFault CutOff() =>
        new(FaultKind.Transient, "unreachable", "The model's endpoint could not be reached, or cut the connection.");

    private static ModelFault OfStatus(ClientResultException failure, TimeProvider time)
    {
        var response = failure.GetRawResponse();
        var codes = ErrorCodes(response);
        var status = failure.Status.ToString(CultureInfo.InvariantCulture);
        if (failure.Status == 400 && codes.Any(IsContentFilter))
        {
            return new(FaultKind.Filtered, ReasonCode.Filtered.Value, "The provider's content filter refused the prompt.");
        }

        var code = codes.FirstOrDefault() ?? $"http_{status}";
        return failure.Status switch
        {
            408 or 409 or 429 or >= 500 => new(
                FaultKind.Transient, $"http_{status}", $"The model's endpoint answered {status}.", WishOf(response, time)),
            >= 400 => new(
                FaultKind.Permanent, code,
                $"The model's endpoint refused the prompt with {status} ({code}). Check the section {ModelOptions.SectionName}."),
            _ => new(FaultKind.Unreadable, $"http_{status}", $"The model's endpoint answered {status}, which is no answer."),
        };
    }

    // Azure OpenAI: error.code content_filter, innererror.code ResponsibleAIPolicyViolation; OpenAI: content_policy_violation.
    private static bool IsContentFilter(string code) =>
        code is "content_filter" or "content_policy_violation" or "ResponsibleAIPolicyViolation";

    private static List<string> ErrorCodes(PipelineResponse? response)
    {
        try
        {
            if (response is null || response.Content.ToMemory().IsEmpty)
            {
                return [];
            }

            using var body = JsonDocument.Parse(response.Content);
            if (body.RootElement.ValueKind != JsonValueKind.Object
                || !body.RootElement.TryGetProperty("error", out var error)
                || error.ValueKind != JsonValueKind.Object)
            {
                return [];
            }

            var codes = new List<string>();
            Add(error, "code");
            if (error.TryGetProperty("innererror", out var inner) && inner.ValueKind == JsonValueKind.Object)
            {
                Add(inner, "code");
            }

            return codes;

            void Add(JsonElement from, string name)
            {
                // Only what looks like a code: some servers put sentences here, with the prompt in them.
                if (from.TryGetProperty(name, out var value)
                    && value.ValueKind == JsonValueKind.String
                    && value.GetString() is { Length: > 0 and <= MaxCodeLength } text
                    && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.'))
                {
                    codes.Add(text);
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    private static TimeSpan? WishOf(PipelineResponse? response, TimeProvider time)
    {
        if (response is null)
        {
            return null;
        }

        if (response.Headers.TryGetValue("retry-after-ms", out var milliseconds)
            && double.TryParse(milliseconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var count))
        {
            return Bounded(count / 1000);
        }

        if (!response.Headers.TryGetValue("retry-after", out var value) || value is null)
        {
            return null;
        }

        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            return Bounded(seconds);
        }

        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? Bounded((moment - time.GetUtcNow()).TotalSeconds)
            : null;
    }

    // A day is longer than any total time; the bound only keeps absurd numbers out of TimeSpan.
    private static TimeSpan Bounded(double seconds) =>
        double.IsNaN(seconds) ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimeSpan.SecondsPerDay));
}

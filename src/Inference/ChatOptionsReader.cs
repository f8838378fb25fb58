using System.Globalization;
using System.Text.Json;
using Hybrid.Inference.Answers;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Sampling;
using Microsoft.Extensions.AI;

namespace Hybrid.Inference;

/// <summary>Translates a caller's <see cref="ChatOptions"/> and the publisher's defaults into <see cref="GenerationOptions"/>.</summary>
/// <remarks>
/// The publisher's temperature, top-k and top-p hold only while the caller names none of them: published folders set
/// <c>top_k</c> to 1, which would silently make a caller's temperature mean nothing.
/// </remarks>
internal static class ChatOptionsReader
{
    public static GenerationOptions Read(ChatOptions? options, SearchDefaults search)
    {
        var generation = new GenerationOptions
        {
            Sampling = ReadSampling(options, search),
            MaxOutputTokens = options?.MaxOutputTokens,
            StopSequences = options?.StopSequences is { } stops ? [.. stops] : [],
            IsLowPriority = Extra(options, ChatOptionNames.Priority, false, ToLowPriority),
            LogProbabilities = Extra(options, ChatOptionNames.LogProbabilities, false, ToBoolean),
            TopLogProbabilities = Extra(options, ChatOptionNames.TopLogProbabilities, 0, ToInt32),
        };
        RefuseUnsupported(options);
        generation.Validate();
        return generation;
    }

    private static SamplingOptions ReadSampling(ChatOptions? options, SearchDefaults search)
    {
        var minP = Extra(options, ChatOptionNames.MinP, (float?)null, value => ToSingle(value));
        var named = options is not null && (options.Temperature ?? options.TopP ?? options.TopK ?? minP) is not null;
        var sampling = named
            ? new SamplingOptions
            {
                Temperature = options!.Temperature ?? 1,
                TopK = options.TopK ?? 0,
                TopP = options.TopP ?? 1,
                MinP = minP ?? 0,
            }
            : search.DoSample
                ? new SamplingOptions
                {
                    Temperature = (float)search.Temperature,
                    TopK = search.TopK,
                    // genai reads 0 as "not set".
                    TopP = search.TopP > 0 ? (float)search.TopP : 1,
                }
                : SamplingOptions.Greedy;

        return sampling with
        {
            RepetitionPenalty = Extra(options, ChatOptionNames.RepetitionPenalty, (float)search.RepetitionPenalty, ToSingle),
            PresencePenalty = options?.PresencePenalty ?? 0,
            FrequencyPenalty = options?.FrequencyPenalty ?? 0,
            Seed = options?.Seed,
        };
    }

    private static void RefuseUnsupported(ChatOptions? options)
    {
        if (options?.Tools is { Count: > 0 })
        {
            throw new NotSupportedException($"Local models do not call tools; {nameof(ChatOptions.Tools)} has {options.Tools.Count}.");
        }
    }

    private static T Extra<T>(ChatOptions? options, string name, T absent, Func<object, T> convert)
    {
        if (options?.AdditionalProperties?.TryGetValue(name, out var value) is not true || value is null)
        {
            return absent;
        }

        try
        {
            return convert(value);
        }
        catch (Exception exception) when (exception is FormatException or InvalidCastException or OverflowException or InvalidOperationException)
        {
            throw new ArgumentException($"{name} is '{value}', which is not of the right type.", name, exception);
        }
    }

    // Values come from code (numbers) or from JSON bodies (elements).
    private static float ToSingle(object value) =>
        value is JsonElement element ? element.GetSingle() : Convert.ToSingle(value, CultureInfo.InvariantCulture);

    private static int ToInt32(object value) =>
        value is JsonElement element ? element.GetInt32() : Convert.ToInt32(value, CultureInfo.InvariantCulture);

    private static bool ToLowPriority(object value) => value.ToString() switch
    {
        ChatOptionNames.LowPriority => true,
        ChatOptionNames.NormalPriority => false,
        _ => throw new FormatException(),
    };

    private static bool ToBoolean(object value) =>
        value is JsonElement element ? element.GetBoolean() : Convert.ToBoolean(value, CultureInfo.InvariantCulture);
}

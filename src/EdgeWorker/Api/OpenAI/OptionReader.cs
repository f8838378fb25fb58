using System.Text.Json;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Reads the options that several endpoints share.</summary>
internal static class OptionReader
{
    /// <summary>Temperature, top-p, seed, stop, penalties, user and metadata; <c>n</c> must be 1.</summary>
    public static PromptOptions Read(RequestFields fields, int? maxTokens)
    {
        if (fields.Integer("n", 1, int.MaxValue) is > 1)
        {
            throw RequestRefusedException.Unsupported("n", "n must be 1: this device gives one answer to a request. Send the request again for another.");
        }

        return new PromptOptions(
            maxTokens,
            fields.Number("temperature", 0, 2),
            TopP(fields),
            Stop(fields),
            fields.Long("seed"),
            FrequencyPenalty: fields.Number("frequency_penalty", -2, 2),
            PresencePenalty: fields.Number("presence_penalty", -2, 2),
            User: User(fields),
            Metadata: Metadata(fields));
    }

    public static double? TopP(RequestFields fields) => fields.Number("top_p", 0, 1) switch
    {
        // 0 means the one most probable token, which the smallest mass does as well; the models take only what is above 0.
        0 => 1e-6,
        var topP => topP,
    };

    public static string? User(RequestFields fields) => fields.Text("user") is not { } user ? null
        : user.Length <= Limits.UserCharacters ? user
        : throw RequestRefusedException.Field("user", $"user may have {Limits.UserCharacters} characters.", "string_above_max_length");

    public static Dictionary<string, string>? Metadata(RequestFields fields)
    {
        if (fields.Object("metadata") is not { } entries)
        {
            return null;
        }

        var notes = entries.Texts(Limits.MetadataEntries);
        return notes.FirstOrDefault(note => note.Key.Length > Limits.MetadataKeyCharacters || note.Value.Length > Limits.MetadataValueCharacters).Key is not null
            ? throw RequestRefusedException.Field(
                "metadata",
                $"An entry of metadata is too long: names may have {Limits.MetadataKeyCharacters}, values {Limits.MetadataValueCharacters} characters.",
                "string_above_max_length")
            : notes.Count == 0 ? null : notes;
    }

    private static List<string>? Stop(RequestFields fields)
    {
        if (fields.Find("stop") is not { } stop)
        {
            return null;
        }

        var texts = stop.ValueKind switch
        {
            JsonValueKind.String => [RequestFields.TextOf(stop, "stop")],
            JsonValueKind.Array => RequestFields.ArrayOf(stop, "stop", Limits.StopSequences).Select(item => RequestFields.TextOf(item.Value, item.Path)).ToList(),
            _ => throw RequestFields.WrongType("stop", "a string or an array of strings", stop),
        };
        return texts.Any(text => text.Length is 0 or > Inference.Answers.GenerationOptions.MaxStopSequenceLength)
            ? throw RequestRefusedException.Field(
                "stop", $"Each text of stop must have 1 to {Inference.Answers.GenerationOptions.MaxStopSequenceLength} characters.")
            : texts.Count == 0 ? null : texts;
    }
}

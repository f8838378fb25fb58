using System.Text.Json;
using Hybrid.Contracts;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>What an answer has beside its text, where it has it.</summary>
/// <param name="ToolCalls">What the model asks the caller to call; null for nothing.</param>
/// <param name="LogProbs">Its tokens; null unless asked for.</param>
internal sealed record AnswerParts(IReadOnlyList<PromptToolCall>? ToolCalls, IReadOnlyList<TokenProbability>? LogProbs)
{
    /// <summary>What a row's digest covers.</summary>
    public const string Digested = "prompt_id, tool_calls, log_probs";

    /// <summary>Replaces what there was of a prompt's answer, or draft, by what there is.</summary>
    public static void Write(SqliteConnection connection, Guid prompt, AnswerParts? parts)
    {
        connection.Run("DELETE FROM answer_parts WHERE prompt_id = $id", ("$id", prompt));
        if (parts is not ({ ToolCalls: not null } or { LogProbs: not null }))
        {
            return;
        }

        var calls = parts.ToolCalls is null ? null : JsonSerializer.Serialize(parts.ToolCalls, HybridJson.Default.IReadOnlyListPromptToolCall);
        var probs = parts.LogProbs is null ? null : JsonSerializer.Serialize(Bounded(parts.LogProbs), HybridJson.Default.IReadOnlyListTokenProbability);
        connection.Run(
            "INSERT INTO answer_parts (prompt_id, tool_calls, log_probs, digest) VALUES ($id, $calls, $probs, $digest)",
            ("$id", prompt), ("$calls", calls), ("$probs", probs), ("$digest", RowDigest.Of(prompt, calls, probs)));
    }

    /// <summary>The parts of a prompt's answer; null if there are none.</summary>
    /// <exception cref="JournalException">They are not as they were recorded.</exception>
    public static AnswerParts? Read(SqliteConnection connection, Guid prompt) => connection.Query(
        $"SELECT {Digested}, digest FROM answer_parts WHERE prompt_id = $id",
        row => RowDigest.Matches(row.GetValue(3), row[0], row[1], row[2])
            ? new AnswerParts(
                row.TextOrNull(1) is { } calls ? JsonSerializer.Deserialize(calls, HybridJson.Default.IReadOnlyListPromptToolCall) : null,
                row.TextOrNull(2) is { } probs ? JsonSerializer.Deserialize(probs, HybridJson.Default.IReadOnlyListTokenProbability) : null)
            : throw new JournalException(
                $"What is recorded about prompt {prompt} is damaged. Stop the device and run hybrid-edge journal recover."),
        ("$id", prompt)) is [var parts] ? parts : null;

    private static List<TokenProbability> Bounded(IReadOnlyList<TokenProbability> tokens)
    {
        var left = Limits.LogProbEntries;
        return [.. tokens.TakeWhile(token => (left -= 1 + (token.Top?.Count ?? 0)) >= 0)];
    }
}

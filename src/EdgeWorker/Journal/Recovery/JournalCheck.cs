using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal.Recovery;

/// <summary>Finds out whether a journal that nobody has open is as it was written. Changes nothing.</summary>
internal static class JournalCheck
{
    private const int MostNamed = 20;

    /// <summary>Everything: files, structure, references, and every row against its digests.</summary>
    /// <exception cref="JournalException">The file is no journal of ours, or of a newer program.</exception>
    public static CheckReport Run(JournalFiles files)
    {
        if (Missing(files) is { } missing)
        {
            return new CheckReport([missing], 0);
        }

        try
        {
            using var connection = JournalSchema.OpenToRead(files, out var wrong);
            if (wrong is not null)
            {
                return new CheckReport([wrong], 0);
            }

            var damage = connection.Query($"PRAGMA integrity_check({MostNamed})", row => row.GetString(0))
                .Where(line => line != "ok").ToList();
            if (damage.Count > 0)
            {
                return new CheckReport(damage, 0);
            }

            var orphans = connection.Query("PRAGMA foreign_key_check", row => row.GetString(0)).Count;
            if (orphans > 0)
            {
                damage.Add($"{orphans} rows refer to rows that are not there");
            }

            damage.AddRange(Impossible(connection));
            if (Lost(files, connection) is { } lost)
            {
                damage.Add(lost);
            }

            if (files.ReadEpoch() is { } kept
                && connection.Query("SELECT value FROM meta WHERE key = 'epoch'", row => row.GetString(0)) is [var epoch]
                    && epoch != kept.ToString())
            {
                damage.Add($"its epoch is {epoch}, but {kept} is kept beside it");
            }

            var prompts = connection.Query("SELECT count(*) FROM prompts", row => row.GetInt64(0))[0];
            if (JournalSchema.HasDigests(connection))
            {
                damage.AddRange(Differing(connection, "prompts", "true"));
                damage.AddRange(Differing(connection, "outbox", "true"));
            }

            if (JournalSchema.HasParts(connection))
            {
                damage.AddRange(Differing(connection, "answer_parts", "true"));
            }

            return new CheckReport(damage, prompts);
        }
        catch (SqliteException exception) when (JournalSchema.IsDamage(exception))
        {
            return new CheckReport([exception.Message], 0);
        }
        catch (SqliteException exception)
        {
            throw new JournalException(
                $"{files.Database} cannot be read: {exception.Message} Check the data folder's permissions.", exception);
        }
    }

    /// <summary>
    /// What the files tell before SQLite sees them: it takes a log that is gone or ends early for one that never held more.
    /// </summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Missing(JournalFiles files)
    {
        var log = WriteAheadLog.Read(files);
        return !File.Exists(files.Database) ? "the database is missing"
            : new FileInfo(files.Database).Length == 0 ? "it is empty"
            : HasBadFormat(files.Database) ? "its header is damaged"
            : log?.Damage;
    }

    /// <summary>
    /// Whether less is there than had been acknowledged; null if not. A log that is gone because another program has moved it into the
    /// database is no loss.
    /// </summary>
    public static string? Lost(JournalFiles files, SqliteConnection connection) =>
        OpenMark.Read(files.OpenMark) is { } noted && JournalSchema.HasDigests(connection)
            && noted - JournalSchema.Changes(connection) is > 0 and var lost
            ? $"{lost} changes of state that had been acknowledged are missing; its write-ahead log was lost or cut off"
            : null;

    /// <summary>Bytes 18 and 19 say who may write and read; what SQLite does not know there it silently will not write.</summary>
    private static bool HasBadFormat(string path)
    {
        var header = new byte[20];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
            && (header[18] is 0 or > 2 || header[19] is 0 or > 2);
    }

    /// <summary>What no rule of SQLite forbids, but nothing ever writes.</summary>
    private static IEnumerable<string> Impossible(SqliteConnection connection)
    {
        (string What, string Count)[] findings =
        [
            ("prompts are not in the state their last change led to",
                """
                SELECT count(*) FROM prompts
                WHERE state IS NOT (SELECT to_state FROM transitions WHERE prompt_id = prompts.id ORDER BY seq DESC LIMIT 1)
                """),
            ("changes of state lead from or to no state",
                """
                SELECT count(*) FROM transitions WHERE to_state NOT IN ('accepted', 'escalated', 'answered', 'failed', 'expired')
                  OR from_state NOT IN ('accepted', 'escalated') OR route NOT IN ('local', 'cloud')
                """),
            ("times are none", $"""
                SELECT (SELECT count(*) FROM prompts
                    WHERE deadline NOT BETWEEN 0 AND {Salvage.MaxTime} OR fallback_at NOT BETWEEN 0 AND {Salvage.MaxTime})
                  + (SELECT count(*) FROM transitions WHERE at NOT BETWEEN 0 AND {Salvage.MaxTime})
                  + (SELECT count(*) FROM outbox
                    WHERE created_at NOT BETWEEN 0 AND {Salvage.MaxTime} OR expires_at NOT BETWEEN 0 AND {Salvage.MaxTime})
                  + (SELECT count(*) FROM inbox WHERE at NOT BETWEEN 0 AND {Salvage.MaxTime})
                """),
        ];
        return findings
            .Select(finding => (finding.What, Count: connection.Query(finding.Count, row => row.GetInt64(0))[0]))
            .Where(finding => finding.Count > 0)
            .Select(finding => $"{finding.Count} {finding.What}");
    }

    /// <summary>The rows of a table, as many as are named, that do not read as they were written.</summary>
    public static IEnumerable<string> Differing(SqliteConnection connection, string table, string where)
    {
        var owned = JournalSchema.HasOwners(connection);
        (string Digest, string Columns, string Name)[] digests = table switch
        {
            "outbox" => [("digest", OutboxEntry.Digested, "event_id")],
            "answer_parts" => [("digest", AnswerParts.Digested, "prompt_id")],
            _ =>
            [
                ("asked_digest", owned ? PromptDigests.Asked : PromptDigests.AskedBefore3, "id"), ("draft_digest", PromptDigests.Draft, "id"),
                ("outcome_digest", PromptDigests.Outcome, "id"),
            ],
        };
        foreach (var (digest, columns, name) in digests)
        {
            var expected = digest switch
            {
                "outcome_digest" => "state IN ('answered', 'failed', 'expired')",
                "draft_digest" => "draft_digest IS NOT NULL OR state = 'escalated'",
                _ => "true",
            };
            foreach (var id in connection.Each(
                $"SELECT {name}, {digest}, {columns} FROM {table} WHERE ({where}) AND ({expected})",
                row =>
                {
                    var values = new object[row.FieldCount];
                    row.GetValues(values);
                    ReadOnlySpan<object?> covered = values.AsSpan(2);
                    covered = owned && digest == "asked_digest" ? PromptDigests.Covered(covered) : covered;
                    return RowDigest.Matches(values[1], covered) ? null : values[0].ToString();
                }).OfType<string>().Take(MostNamed))
            {
                yield return $"{table}: {id} is not as it was written";
            }
        }
    }
}

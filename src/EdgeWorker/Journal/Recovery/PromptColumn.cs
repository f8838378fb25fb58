namespace Hybrid.EdgeWorker.Journal.Recovery;

/// <summary>The columns of a prompt's row, as the table has them.</summary>
internal static class PromptColumn
{
    public const int Id = 0;
    public const int State = 1;
    public const int Kind = 2;
    public const int AcceptedAt = 3;
    public const int Deadline = 4;
    public const int Messages = 5;
    public const int Scope = 10;
    public const int Key = 11;
    public const int BodyHash = 12;
    public const int RetryOf = 13;
    public const int Route = 15;
    public const int Reason = 16;
    public const int Detail = 17;
    public const int Confidence = 18;
    public const int Draft = 19;
    public const int DraftModel = 20;
    public const int FallbackAt = 21;
    public const int Answer = 22;
    public const int ErrorCode = 29;
    public const int ErrorMessage = 30;
    public const int ChangedAt = 31;
    public const int AskedDigest = 32;
    public const int DraftDigest = 33;
    public const int OutcomeDigest = 34;
    public const int Owner = 35;
    public const int Count = 36;

    /// <summary>As many as version 2 of the schema had: no owner.</summary>
    public const int CountOfVersion2 = 35;

    /// <summary>As many as version 1 of the schema had: no digests.</summary>
    public const int CountOfVersion1 = 32;

    /// <summary>What <see cref="PromptDigests.Asked"/> names and its digest covers.</summary>
    public static object?[] Asked(object?[] row) =>
        PromptDigests.Covered(Pick(row, 0, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, Owner)).ToArray();

    /// <summary>What <see cref="PromptDigests.Draft"/> names.</summary>
    public static object?[] Drafted(object?[] row) => Pick(row, 0, 19, 20);

    /// <summary>What <see cref="PromptDigests.Outcome"/> names.</summary>
    public static object?[] Outcome(object?[] row) => Pick(row, 0, 1, 15, 16, 17, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);

    private static object?[] Pick(object?[] row, params ReadOnlySpan<int> columns)
    {
        var picked = new object?[columns.Length];
        for (var index = 0; index < columns.Length; index++)
        {
            picked[index] = row[columns[index]];
        }

        return picked;
    }
}

using System.Security.Cryptography;
using System.Text;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>
/// The journal's files in a data folder, and the two small ones beside it that tell what the journal itself cannot tell when it is damaged.
/// </summary>
/// <param name="folder">The data folder.</param>
internal sealed class JournalFiles(string folder)
{
    /// <summary>The database.</summary>
    public string Database { get; } = Path.Combine(folder, PromptJournal.FileName);

    /// <summary>SQLite's write-ahead log.</summary>
    public string Log => Database + "-wal";

    /// <summary>SQLite's index of the log.</summary>
    public string LogIndex => Database + "-shm";

    /// <summary>A journal that recovery has finished, before it takes the damaged one's place.</summary>
    public string Recovered => Database + ".recovered";

    /// <summary>See <see cref="Journal.OpenMark"/>.</summary>
    public string OpenMark { get; } = Path.Combine(folder, "journal-open");

    private string EpochFile => Path.Combine(folder, "journal-epoch");

    /// <summary>Whether there is, or has been, a journal: what lies beside it tells even where itself is gone.</summary>
    public bool Exist => File.Exists(Database) || File.Exists(Log) || File.Exists(Recovered) || WasLeftOpen;

    /// <summary>Whether the last process that had the journal open did not close it.</summary>
    public bool WasLeftOpen => File.Exists(OpenMark);

    /// <summary>The epoch kept beside the journal; null if there is none or it is damaged.</summary>
    public Guid? ReadEpoch()
    {
        try
        {
            return File.ReadAllText(EpochFile).Trim().Split(' ') is [var epoch, var digest] && digest == Digest(epoch)
                && Guid.TryParse(epoch, out var read)
                    ? read
                    : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteEpoch(Guid epoch)
    {
        var unfinished = EpochFile + ".new";
        File.WriteAllText(unfinished, $"{epoch} {Digest(epoch.ToString())}\n");
        File.Move(unfinished, EpochFile, overwrite: true);
    }

    public void ForgetEpoch() => File.Delete(EpochFile);

    private static string Digest(string epoch) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(epoch)).AsSpan(0, 8));
}

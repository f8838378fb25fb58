namespace Hybrid.EdgeWorker.Journal;

/// <summary>The file in the journal's place belongs to another program, or to a newer one of ours.</summary>
internal sealed class ForeignJournalException(string message) : JournalException(message);

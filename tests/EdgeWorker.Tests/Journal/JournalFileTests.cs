using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>Files that are no journal, or no longer one: a clear error, and not one byte changed.</summary>
public sealed class JournalFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File(PromptJournal.FileName);

    [Fact]
    public void Open_NoFile_BeginsAJournal()
    {
        Guid epoch;
        using (var journal = Open())
        {
            epoch = journal.Epoch;
        }

        using var again = Open();
        Assert.Equal(epoch, again.Epoch);
        Assert.Equal([PromptJournal.FileName],
            Directory.GetFiles(_folder.Path).Select(System.IO.Path.GetFileName).Where(name => !name!.Contains('-')));
    }

    [Fact]
    public void Open_BeginningWasInterrupted_BeginsAgain()
    {
        File.WriteAllText(Path + ".new", "half a journal");

        using var journal = Open();

        Assert.False(File.Exists(Path + ".new"));
    }

    [Fact]
    public void Open_EmptyFile_SaysSo()
    {
        File.WriteAllBytes(Path, []);

        Refused("is empty");
    }

    [Fact]
    public void Open_TextFile_SaysSo()
    {
        File.WriteAllText(Path, string.Join('\n', Enumerable.Repeat("Dear diary, today the pump stood still.", 500)));

        Refused("damaged or no database");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Open_PageOverwritten_SaysSo(int page)
    {
        await FillAsync(200);
        using (var file = File.OpenWrite(Path))
        {
            file.Position = (page - 1) * 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xA5, 4096).ToArray(), TestContext.Current.CancellationToken);
        }

        Refused("damaged or no database");
    }

    [Fact]
    public async Task Open_CutOff_SaysSo()
    {
        await FillAsync(200);
        using (var file = File.OpenWrite(Path))
        {
            file.SetLength(file.Length / 2);
        }

        Refused("damaged or no database");
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("WAL")]
    public void Open_DatabaseOfAnotherProgram_SaysSo(string mode)
    {
        using var foreign = TestJournal.Raw(Path);
        foreign.Run($"PRAGMA journal_mode = {mode}");
        foreign.Run("CREATE TABLE photos (id INTEGER PRIMARY KEY)");

        Refused("database of another program");
    }

    [Fact]
    public void Open_EmptyDatabaseOfAnotherProgram_SaysSo()
    {
        using (var foreign = TestJournal.Raw(Path))
        {
            foreign.Run("PRAGMA application_id = 7");
        }

        Refused("database of another program");
    }

    [Fact]
    public async Task Open_WritingAheadLogLeftByACrash_ForeignFileIsNotTouchedAndOursIsRead()
    {
        // Copied while another connection is open: as a crash leaves database and log.
        using var elsewhere = new TemporaryFolder();
        using (var foreign = TestJournal.Raw(elsewhere.File("photos.db")))
        {
            foreign.Run("PRAGMA journal_mode = WAL");
            foreign.Run("CREATE TABLE photos (id INTEGER PRIMARY KEY)");
            File.Copy(elsewhere.File("photos.db"), Path);
            File.Copy(elsewhere.File("photos.db-wal"), Path + "-wal");
        }

        var log = Bytes(Path + "-wal");
        Refused("database of another program");
        Assert.Equal(log, Bytes(Path + "-wal"));

        using var test = new TestJournal();
        var prompt = await test.AcceptAsync();
        File.Copy(test.Path, Path, overwrite: true);
        File.Copy(test.Path + "-wal", Path + "-wal", overwrite: true);
        File.Delete(Path + "-shm");
        using var journal = Open();
        Assert.NotNull(journal.Find(prompt.Id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(99)]
    public async Task Open_NewerVersion_SaysSo(int version)
    {
        await FillAsync(1);
        using (var raw = TestJournal.Raw(Path))
        {
            raw.Run($"PRAGMA user_version = {version}");
            raw.Run("CREATE TABLE later (id INTEGER PRIMARY KEY)");
        }

        Refused($"schema version {version}");
    }

    [Fact]
    public void Open_FolderInThePlaceOfTheFile_SaysSo()
    {
        Directory.CreateDirectory(Path);

        var exception = Assert.Throws<JournalException>(() => Open());

        Assert.Contains("cannot be opened", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private PromptJournal Open() =>
        PromptJournal.Open(_folder.Path, epoch => new JournalEvents("pump-7", epoch, false), new JournalOptions(), TimeProvider.System);

    /// <summary>A sound journal with some prompts, closed.</summary>
    private async Task FillAsync(int prompts)
    {
        using var journal = Open();
        using var sample = new TestJournal();
        await Task.WhenAll(Enumerable.Range(0, prompts).Select(_ => journal.AcceptAsync(sample.New())));
    }

    private void Refused(string because)
    {
        var before = Bytes(Path);

        var exception = Assert.ThrowsAny<JournalException>(() => Open());

        Assert.Contains(because, exception.Message, StringComparison.Ordinal);
        Assert.Contains(Path, exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, Bytes(Path));
    }

    private static byte[] Bytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}

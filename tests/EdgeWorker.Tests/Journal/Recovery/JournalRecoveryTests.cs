using System.Text;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Journal.Recovery;

namespace Hybrid.EdgeWorker.Tests.Journal.Recovery;

/// <summary>Damaged journals: noticed, set aside, and what can be believed of them is kept.</summary>
public sealed class JournalRecoveryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sound_IsLeftAsItIs(bool closed)
    {
        using var sample = await JournalSample.MakeAsync(closed);
        var files = sample.Copy();

        Assert.True(JournalCheck.Run(files).IsSound, string.Join('\n', JournalCheck.Run(files).Damage));
        Assert.Null(JournalSample.Recover(files));

        using var journal = JournalSample.Open(files);
        Assert.Equal(sample.Prompts.Count, journal.List(null, 1000).Count);
    }

    [Fact]
    public async Task FirstPageGone_EverythingIsReadFromTheOthers()
    {
        // Without it SQLite finds not one table.
        using var sample = await JournalSample.MakeAsync(closed: true);
        var files = sample.Copy();
        Overwrite(files.Database, 0, new byte[4096]);

        var report = JournalSample.Recover(files)!;

        Assert.Equal((sample.Prompts.Count, 0, 0, 20), (report.Prompts, report.PromptsLost, report.OutcomesLost, report.Keys));
        Assert.Equal((sample.Epoch, true), (report.Epoch, report.IsEpochKept));
        using var journal = JournalSample.Open(files);
        foreach (var prompt in journal.List(null, 1000))
        {
            Assert.Equivalent(sample.Prompts[prompt.Id], prompt, strict: true);
            Assert.NotEmpty(journal.Trace(prompt.Id));
            Assert.Equal(sample.Besides[prompt.Id], JournalSample.BesidesOf(journal, prompt.Id));
        }

        Assert.Contains(sample.Besides.Values, besides => besides.Contains("responses", StringComparison.Ordinal));
        Assert.Contains(sample.Besides.Values, besides => besides.Contains("open_valve", StringComparison.Ordinal));

        Assert.Equal(10, journal.NextToSend("escalations", 100).Count);
    }

    [Fact]
    public async Task LogMissing_IsNoticedAndWhatWasOnlyThereIsReportedLost()
    {
        using var sample = await JournalSample.MakeAsync(closed: false);
        var files = sample.Copy();
        File.Delete(files.Log);
        File.Delete(files.LogIndex);

        var refusal = Assert.Throws<JournalException>(() => JournalSample.Open(files));
        Assert.Contains("acknowledged are missing", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("hybrid-edge journal recover", refusal.Message, StringComparison.Ordinal);
        var report = JournalSample.Recover(files)!;

        Assert.Equal(30, report.Prompts);
        Assert.True(report.IsEpochKept);
        Believable(sample, files);
    }

    [Fact]
    public async Task LogMovedIntoTheDatabaseByAnotherProgram_IsNoLoss()
    {
        using var sample = await JournalSample.MakeAsync(closed: false);
        var files = sample.Copy();
        using (var other = TestJournal.Raw(files.Database))
        {
            other.Run("DELETE FROM counters WHERE name = 'none'");
        }

        Assert.False(File.Exists(files.Log));
        Assert.True(JournalCheck.Run(files).IsSound);
        using var journal = JournalSample.Open(files);
        Assert.Equal(sample.Prompts.Count, journal.List(null, 1000).Count);
    }

    [Fact]
    public async Task DatabaseMissing_IsNoticedAndNeverBegunAnew()
    {
        using var sample = await JournalSample.MakeAsync(closed: false);
        var files = sample.Copy();
        File.Delete(files.Database);

        Assert.Contains("is missing", Assert.Throws<JournalException>(() => JournalSample.Open(files)).Message, StringComparison.Ordinal);
        var report = JournalSample.Recover(files)!;

        Assert.InRange(report.Prompts, 30, 60);
        Believable(sample, files);
    }

    [Fact]
    public async Task Log_CutOffAnywhere_NothingAcknowledgedIsMissedSilently()
    {
        using var sample = await JournalSample.MakeAsync(closed: false);
        var length = new FileInfo(sample.Copy().Log).Length;
        for (var cut = 0; cut < 20; cut++)
        {
            var files = sample.Copy();
            using (var log = File.OpenWrite(files.Log))
            {
                log.SetLength(length * cut / 20);
            }

            if (cut % 2 == 0)
            {
                File.Delete(files.LogIndex);
            }

            Assert.False(JournalCheck.Run(files).IsSound);
            Recovers(sample, files);
        }
    }

    [Fact]
    public async Task Log_BitsFlipped_NothingAcknowledgedIsMissedSilently()
    {
        using var sample = await JournalSample.MakeAsync(closed: false);
        var random = new Random(4711);
        var length = new FileInfo(sample.Copy().Log).Length;
        for (var round = 0; round < 40; round++)
        {
            var files = sample.Copy();
            Flip(files.Log, random.NextInt64(length), random.Next(8));
            if (round % 2 == 0)
            {
                // As after a power failure: nothing but a gap before a later transaction, and a mark that may be too low, proves anything.
                File.Delete(files.LogIndex);
                File.Delete(files.OpenMark);
            }

            Recovers(sample, files, mayMissTheLast: round % 2 == 0);
        }
    }

    [Fact]
    public async Task Log_BitFlippedInTheMiddle_WhatFollowsIsStillRead()
    {
        using var sample = await JournalSample.MakeAsync(closed: false);
        var files = sample.Copy();
        Flip(files.Log, new FileInfo(files.Log).Length / 4, 3);

        var report = JournalSample.Recover(files)!;

        Assert.InRange(report.Prompts, 59, 60);
        Believable(sample, files);
    }

    [Fact]
    public async Task Database_CutOffAnywhere_IsNoticedAndNothingWrongIsKept()
    {
        using var sample = await JournalSample.MakeAsync(closed: true);
        var length = new FileInfo(sample.Copy().Database).Length;
        for (var cut = 0; cut < 30; cut++)
        {
            var files = sample.Copy();
            using (var database = File.OpenWrite(files.Database))
            {
                database.SetLength((length * cut / 30) + (cut % 3));
            }

            Assert.False(JournalCheck.Run(files).IsSound);
            Recovers(sample, files);
        }
    }

    [Theory]
    [InlineData(1, 80)]
    [InlineData(40, 20)]
    [InlineData(2000, 5)]
    public async Task Database_BitsFlipped_NothingWrongIsKept(int flips, int rounds)
    {
        using var sample = await JournalSample.MakeAsync(closed: true);
        var random = new Random(flips);
        var length = new FileInfo(sample.Copy().Database).Length;
        for (var round = 0; round < rounds; round++)
        {
            var files = sample.Copy();
            for (var flip = 0; flip < flips; flip++)
            {
                Flip(files.Database, random.NextInt64(length), random.Next(8));
            }

            Recovers(sample, files);
        }
    }

    [Fact]
    public async Task Database_HeaderBitsFlipped_IsNoForeignFile()
    {
        using var sample = await JournalSample.MakeAsync(closed: true);
        for (var position = 0; position < 100; position++)
        {
            var files = sample.Copy();
            Flip(files.Database, position, position % 8);

            Recovers(sample, files);
        }
    }

    [Fact]
    public async Task Answer_BitFlipped_IsNeverShownAndFailsAfterRecovery()
    {
        using var sample = await JournalSample.MakeAsync(closed: true);
        var files = sample.Copy();
        var prompt = sample.Prompts.Values.First(prompt => prompt.Answer?.StartsWith("Pump 4.", StringComparison.Ordinal) == true);
        FlipText(files.Database, prompt.Answer!);

        using (var journal = JournalSample.Open(files))
        {
            Assert.Contains("damaged", Assert.Throws<JournalException>(() => journal.Find(prompt.Id)).Message, StringComparison.Ordinal);
        }

        Assert.Contains(prompt.Id.ToString(), Assert.Single(JournalCheck.Run(files).Damage), StringComparison.Ordinal);
        var report = JournalSample.Recover(files)!;

        Assert.Equal((60, 0, 1), (report.Prompts, report.PromptsLost, report.OutcomesLost));
        using var recovered = JournalSample.Open(files);
        var found = recovered.Find(prompt.Id)!;
        Assert.Equal((PromptState.Failed, ReasonCode.Damaged, null), (found.State, found.Reason, found.Answer));
        Assert.Equal(prompt.Messages, found.Messages);
        Assert.Equal(PromptState.Failed, recovered.Trace(prompt.Id)[^1].To);
    }

    [Fact]
    public async Task Question_BitFlipped_IsNotWorkedOn()
    {
        using var sample = await JournalSample.MakeAsync(closed: true);
        var files = sample.Copy();
        var prompt = sample.Prompts.Values.Single(
            prompt => prompt.Messages[0].Content.StartsWith("Which pump, 12?", StringComparison.Ordinal));
        FlipText(files.Database, "Which pump, 12?");

        Assert.Contains(
            "not as it was written", Assert.Throws<JournalException>(() => JournalSample.Open(files)).Message, StringComparison.Ordinal);
        var report = JournalSample.Recover(files)!;

        Assert.Equal((59, 1), (report.Prompts, report.PromptsLost));
        using var journal = JournalSample.Open(files);
        Assert.Null(journal.Find(prompt.Id));
    }

    [Fact]
    public async Task Owner_BitFlipped_TheAnswerGoesToNobodyElse()
    {
        using var sample = await JournalSample.MakeAsync(closed: true);
        var files = sample.Copy();
        FlipText(files.Database, "key-a");

        Assert.False(JournalCheck.Run(files).IsSound);
        JournalSample.Recover(files);

        using var journal = JournalSample.Open(files);
        Assert.Empty(journal.ListOf("key-a", null, 1000));
        Assert.DoesNotContain(journal.ListOf(null, null, 1000), found => sample.Prompts[found.Id].Owner is not null);
        var nobodys = journal.ListOf(ReasonCode.Damaged.Value, null, 1000);
        Assert.NotEmpty(nobodys);
        Assert.All(nobodys, found => Assert.Equal(sample.Prompts[found.Id].Answer, found.Answer));
    }

    [Fact]
    public async Task Draft_BitFlipped_PromptKeepsWaitingWithoutIt()
    {
        using var sample = await JournalSample.MakeAsync(closed: true);
        var files = sample.Copy();
        var prompt = sample.Prompts.Values.Single(prompt => prompt.Draft == "perhaps 13");
        FlipText(files.Database, "perhaps 13");

        JournalSample.Recover(files);

        using var journal = JournalSample.Open(files);
        var found = journal.Find(prompt.Id)!;
        Assert.Equal((PromptState.Escalated, null), (found.State, found.Draft));
        Assert.Contains(journal.NextToSend("escalations", 100), entry => entry.PromptId == prompt.Id);
    }

    [Fact]
    public async Task EpochLost_ANewOneIsMadeAndReported()
    {
        using var sample = await JournalSample.MakeAsync(closed: true);
        var files = sample.Copy();
        FlipText(files.Database, sample.Epoch.ToString());
        File.Delete(Path.Combine(Path.GetDirectoryName(files.Database)!, "journal-epoch"));
        Overwrite(files.Database, 0, new byte[100]);
        var report = JournalSample.Recover(files)!;

        Assert.NotEqual(Guid.Empty, report.Epoch);
        using var journal = JournalSample.Open(files);
        Assert.Equal(report.Epoch, journal.Epoch);
    }

    [Fact]
    public async Task Epoch_BitFlipped_TheOneBesideItCounts()
    {
        using var sample = await JournalSample.MakeAsync(closed: true);
        var files = sample.Copy();
        Rewrite(files.Database, $"epoch{sample.Epoch}", $"epoch{Guid.NewGuid()}");

        Assert.Contains("epoch", Assert.Throws<JournalException>(() => JournalSample.Open(files)).Message, StringComparison.Ordinal);
        var report = JournalSample.Recover(files)!;

        Assert.Equal((sample.Epoch, true), (report.Epoch, report.IsEpochKept));
    }

    [Fact]
    public async Task Recovery_EndedBetweenItsMoves_TheNextOneFinishes()
    {
        using var sample = await JournalSample.MakeAsync(closed: true);
        var files = sample.Copy();
        File.Copy(files.Database, files.Recovered);
        File.Move(files.Database, files.Database + ".damaged-x");

        Assert.Contains("is missing", Assert.Throws<JournalException>(() => JournalSample.Open(files)).Message, StringComparison.Ordinal);
        var report = JournalSample.Recover(files)!;

        Assert.Equal(60, report.Prompts);
        Assert.False(File.Exists(files.Recovered));
        Believable(sample, files);
    }

    [Fact]
    public async Task Recovery_SetsEverythingAsideAndRemovesNothing()
    {
        using var sample = await JournalSample.MakeAsync(closed: false);
        var files = sample.Copy();
        using (var log = File.OpenWrite(files.Log))
        {
            log.SetLength(log.Length / 2);
        }

        var bytes = new[] { files.Database, files.Log, files.LogIndex }.Select(File.ReadAllBytes).ToList();

        var report = JournalSample.Recover(files)!;

        Assert.Equal(bytes, report.SetAside.Select(File.ReadAllBytes));
        Assert.Null(JournalSample.Recover(files));
    }

    /// <summary>Opens or refuses, never anything else; and after recovery opens, and says nothing that is not so.</summary>
    private static void Recovers(JournalSample sample, JournalFiles files, bool mayMissTheLast = false)
    {
        var check = JournalCheck.Run(files);
        if (check.IsSound)
        {
            Assert.Null(JournalSample.Recover(files));
            using var journal = JournalSample.Open(files);
            Assert.InRange(journal.List(null, 1000).Count, sample.Prompts.Count - (mayMissTheLast ? 1 : 0), sample.Prompts.Count);
        }
        else
        {
            try
            {
                JournalSample.Open(files).Dispose();
            }
            catch (JournalException exception)
            {
                Assert.Contains("hybrid-edge journal recover", exception.Message, StringComparison.Ordinal);
            }

            var report = JournalSample.Recover(files);
            Assert.True(report is not null, string.Join('\n', check.Damage));
            Assert.True(JournalCheck.Run(files).IsSound, string.Join('\n', JournalCheck.Run(files).Damage));
            Assert.InRange(report.Prompts + report.PromptsLost, report.Prompts, long.MaxValue);
        }

        Believable(sample, files);
    }

    /// <summary>Whatever is there is as it had been acknowledged, or says that it is not.</summary>
    private static void Believable(JournalSample sample, JournalFiles files)
    {
        using var journal = JournalSample.Open(files);
        foreach (var found in journal.List(null, 1000))
        {
            Assert.True(sample.Prompts.TryGetValue(found.Id, out var told), $"{found.Id} was never accepted.");
            Assert.Equal(found.State, journal.Trace(found.Id)[^1].To);
            if (found.Messages.Count > 0)
            {
                Assert.Equal(told.Messages, found.Messages);
                Assert.Equal(
                    (told.Kind, told.Model, told.AcceptedAt, told.Owner), (found.Kind, found.Model, found.AcceptedAt, found.Owner));
            }
            else
            {
                // Whose it was is as little known as what was asked: no key finds it, and who has none neither.
                Assert.Equal(ReasonCode.Damaged.Value, found.Owner);
            }

            var (besides, recorded) = (JournalSample.BesidesOf(journal, found.Id).Split("; "), sample.Besides[found.Id].Split("; "));
            Assert.All(besides.Zip(recorded), pair => Assert.True(pair.First == "none" || pair.First == pair.Second, $"{pair.First} was {pair.Second}."));
            if (found.Reason == ReasonCode.Damaged)
            {
                Assert.Equal((PromptState.Failed, null), (found.State, found.Answer));
            }
            else if (found.IsFinal)
            {
                Assert.Equal(
                    (told.State, told.Answer, told.AnswerModel, told.Usage, told.Cost, told.Error),
                    (found.State, found.Answer, found.AnswerModel, found.Usage, found.Cost, found.Error));
            }
            else
            {
                // It had come at least so far.
                Assert.True(found.Messages.Count > 0);
                Assert.True(found.State == PromptState.Accepted || told.State == PromptState.Escalated || told.IsFinal);
                Assert.True(found.Draft is null || found.Draft == told.Draft);
            }
        }

        var waiting = journal.NextToSend("escalations", 1000).Select(entry => entry.PromptId).ToHashSet();
        Assert.All(
            journal.List(PromptState.Escalated, 1000),
            prompt => Assert.True(waiting.Contains(prompt.Id), $"{prompt.Id} waits for an answer it has not asked for."));
    }

    private static void Flip(string path, long position, int bit)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = position;
        var value = file.ReadByte();
        file.Position = position;
        file.WriteByte((byte)(value ^ (1 << bit)));
    }

    private static void Overwrite(string path, long position, byte[] bytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = position;
        file.Write(bytes);
    }

    /// <summary>Flips one bit of a text, wherever it stands in the file: rows that moved have left copies of themselves behind.</summary>
    private static void FlipText(string path, string text)
    {
        var needle = Encoding.UTF8.GetBytes(text)[..Math.Min(15, text.Length)];
        var place = Math.Min(6, needle.Length - 1);
        var bytes = File.ReadAllBytes(path);
        var at = bytes.AsSpan().IndexOf(needle);
        Assert.True(at > 0);
        do
        {
            bytes[at + place] ^= 1;
            at = bytes.AsSpan().IndexOf(needle);
        }
        while (at > 0);
        File.WriteAllBytes(path, bytes);
    }

    private static void Rewrite(string path, string text, string other)
    {
        var bytes = File.ReadAllBytes(path);
        var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        Assert.True(at > 0);
        Encoding.UTF8.GetBytes(other).CopyTo(bytes, at);
        File.WriteAllBytes(path, bytes);
    }
}

using static Hybrid.EndToEnd.Check.DoctoredRun;

namespace Hybrid.EndToEnd.Check;

/// <summary>The checker is proven on runs that were doctored: whatever is broken in a good one, it says so, and nothing else.</summary>
public sealed class DurabilityCheckTests : IDisposable
{
    private readonly DoctoredRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void GoodRun_Holds() => Assert.Empty(_run.Judge());

    [Fact]
    public void PromptWithoutOutcome_IsFound()
    {
        _run.Sql($"UPDATE prompts SET state = 'escalated' WHERE id = '{Cloud}'");
        _run.Sql($"DELETE FROM transitions WHERE prompt_id = '{Cloud}' AND to_state = 'answered'");
        _run.Notes.RemoveAll(note => note.Kind == CallerNoteKind.Told);
        _run.Blobs.RemoveAll(blob => blob.Container == "results" && blob.Name.Contains($"{Cloud}", StringComparison.Ordinal));

        Assert.Equal([FindingCodes.NoOutcome], _run.Judge());
    }

    [Fact]
    public void PromptNobodyHas_IsFound()
    {
        _run.Notes.Add(new CallerNote(CallerNoteKind.Accepted, Guid.NewGuid()));

        Assert.Equal([FindingCodes.Lost], _run.Judge());
    }

    [Fact]
    public void DirectPromptWithoutOutcome_IsFound()
    {
        _run.Notes.Add(new CallerNote(CallerNoteKind.Accepted, Guid.NewGuid(), Direct: true));

        Assert.Equal([FindingCodes.NoOutcome], _run.Judge());
    }

    [Fact]
    public void SecondOutcome_IsFound()
    {
        _run.Sql($"INSERT INTO transitions (prompt_id, to_state) VALUES ('{Local}', 'answered')");

        Assert.Equal([FindingCodes.TwoOutcomes], _run.Judge());
    }

    [Fact]
    public void PromptInTwoJournals_IsFound()
    {
        _run.AddPrompt(Local, "local", "mode", "A local question?", "A local answer.", "accepted", "answered");

        Assert.Contains(FindingCodes.TwoOutcomes, _run.Judge());
    }

    [Fact]
    public void OutcomeAgainstItsTrace_IsFound()
    {
        _run.Sql($"UPDATE prompts SET state = 'failed', answer = NULL WHERE id = '{Local}'");

        Assert.Contains(FindingCodes.TwoOutcomes, _run.Judge());
    }

    [Fact]
    public void CallerToldSomethingElse_IsFound()
    {
        _run.Notes.Add(new CallerNote(CallerNoteKind.Told, Local, State: "answered", Answer: "Another answer."));

        Assert.Equal([FindingCodes.CallersDiffer], _run.Judge());
    }

    [Fact]
    public void DirectCallerToldSomethingElse_IsFound()
    {
        _run.Notes.Add(new CallerNote(CallerNoteKind.Told, Direct, State: "answered", Answer: "Another answer.", Direct: true));

        Assert.Equal([FindingCodes.CallersDiffer], _run.Judge());
    }

    [Fact]
    public void OtherAnswerThanTheBlob_IsFound()
    {
        _run.Blobs[0] = Outcome("device", Cloud, "The second call's answer.");

        Assert.Equal([FindingCodes.BlobDiffers], _run.Judge());
    }

    [Fact]
    public void CloudAnswerWithoutBlob_IsFound()
    {
        _run.Blobs.RemoveAt(0);

        Assert.Equal([FindingCodes.BlobDiffers], _run.Judge());
    }

    [Fact]
    public void AnswerThatNeverArrived_IsFound()
    {
        _run.Sql("DELETE FROM inbox");

        Assert.Equal([FindingCodes.AnswerLost], _run.Judge());
    }

    [Fact]
    public void MissingResult_IsFound()
    {
        _run.Blobs.RemoveAt(_run.Blobs.Count - 1);

        Assert.Equal([FindingCodes.ResultDiffers], _run.Judge());
    }

    [Fact]
    public void OtherResult_IsFound()
    {
        _run.Blobs[^1] = Result(Cloud, "failed");

        Assert.Equal([FindingCodes.ResultDiffers], _run.Judge());
    }

    [Fact]
    public void ExtraPaidCall_IsFound()
    {
        _run.Calls.Add(new ModelCall(3, "A hard question?", true));

        Assert.Equal([FindingCodes.PaidTwice], _run.Judge());
    }

    [Fact]
    public void ExtraPaidCall_WithinAWindow_Holds()
    {
        _run.Calls.Add(new ModelCall(3, "A hard question?", true));
        _run.Allowed = new Allowance(ExtraPaidCalls: 1);

        Assert.Empty(_run.Judge());
    }

    [Fact]
    public void RefusedCall_IsNotPaid()
    {
        _run.Calls.Add(new ModelCall(3, "A hard question?", false));

        Assert.Empty(_run.Judge());
    }

    [Fact]
    public void CallForNobody_IsFound()
    {
        _run.Calls.Add(new ModelCall(3, "Who asked this?", true));

        Assert.Equal([FindingCodes.UnknownCall], _run.Judge());
    }

    [Fact]
    public void AnswerFromNoCall_IsFound()
    {
        _run.Calls.RemoveAt(0);

        Assert.Equal([FindingCodes.UnknownCall], _run.Judge());
    }

    [Fact]
    public void OutcomeForNobody_IsFound()
    {
        _run.Blobs.Add(Outcome("device", Guid.NewGuid(), "For whom?"));

        Assert.Equal([FindingCodes.Lost], _run.Judge());
    }

    [Theory]
    [InlineData("escalations")]
    [InlineData("answers-device")]
    [InlineData("results")]
    [InlineData("escalations-rejected")]
    [InlineData("answers-device-poison")]
    public void MessageLeftOver_IsFound(string queue)
    {
        _run.Queues.Add(new StoredQueue(queue, 1));

        Assert.Equal([FindingCodes.LeftOver], _run.Judge());
    }

    [Theory]
    [InlineData("claims")]
    [InlineData("calls")]
    public void BlobLeftOver_IsFound(string container)
    {
        _run.Blobs.Add(new StoredBlob(container, $"device/{Guid.NewGuid()}", null));

        Assert.Equal([FindingCodes.LeftOver], _run.Judge());
    }

    [Fact]
    public void ClaimOfARequestThatDied_IsAllowedAsOftenAsStated()
    {
        _run.Allowed = new Allowance(Unclaimed: 1);
        _run.Blobs.Add(new StoredBlob("claims", $"direct/{Guid.NewGuid()}", null));
        var one = _run.Judge();
        _run.Blobs.Add(new StoredBlob("claims", $"direct/{Guid.NewGuid()}", null));
        var two = _run.Judge();
        _run.Blobs[^1] = new StoredBlob("claims", $"device/{Guid.NewGuid()}", null);

        Assert.Empty(one);
        Assert.Equal([FindingCodes.LeftOver], two);
        Assert.Equal([FindingCodes.LeftOver], _run.Judge());
    }

    [Fact]
    public void EventLeftInTheOutbox_IsFound()
    {
        _run.Sql("INSERT INTO outbox (queue) VALUES ('results')");

        Assert.Equal([FindingCodes.LeftOver], _run.Judge());
    }

    [Fact]
    public async Task Command_GivesTheVerdictAndItsExitCode()
    {
        _run.Calls.Add(new ModelCall(3, "A hard question?", true));
        _run.Judge();
        var (output, error) = (new StringWriter(), new StringWriter());

        var broken = await CheckCommand.RunAsync([_run.Folder], output, error, TestContext.Current.CancellationToken);
        var json = await CheckCommand.RunAsync([_run.Folder, "--json"], output, error, TestContext.Current.CancellationToken);
        _run.Calls.RemoveAt(2);
        _run.Judge();
        var good = await CheckCommand.RunAsync([_run.Folder], output, error, TestContext.Current.CancellationToken);

        Assert.Equal((1, 1, 0), (broken, json, good));
        Assert.Contains("paid_twice", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("every promise holds", output.ToString(), StringComparison.Ordinal);
        Assert.Empty(error.ToString());
    }

    [Fact]
    public async Task Command_FolderWithoutAJournal_IsAnError()
    {
        var empty = Directory.CreateTempSubdirectory("hybrid-empty-").FullName;
        var error = new StringWriter();

        var code = await CheckCommand.RunAsync([empty], new StringWriter(), error, TestContext.Current.CancellationToken);
        var usage = await CheckCommand.RunAsync([Path.Combine(empty, "nowhere")], new StringWriter(), error, TestContext.Current.CancellationToken);
        Directory.Delete(empty);

        Assert.Equal((2, 2), (code, usage));
        Assert.Contains("There is no journal.db", error.ToString(), StringComparison.Ordinal);
    }
}

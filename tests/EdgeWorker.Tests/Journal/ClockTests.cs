using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Tests.Journal;

/// <summary>A clock that is set, as that of a device without a battery is after every start, takes nobody's time away and gives none.</summary>
public sealed class ClockTests : IDisposable
{
    private static readonly DateTimeOffset Booted = DateTimeOffset.UnixEpoch.AddMinutes(1);
    private static readonly DateTimeOffset Right = new(2027, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly TimeSpan ALittle = TimeSpan.FromSeconds(1);

    private readonly SettableTime _time = new(Right.AddYears(-1));
    private readonly TestJournal _test;

    public ClockTests() => _test = new TestJournal(time: _time);

    private TimeSpan Left(Guid id) => _test.Journal.Find(id)!.Deadline - _time.GetUtcNow();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task ClockSetForward_OpenPromptsKeepTheTimeTheyHadLeft()
    {
        var (prompt, left) = await AcceptedAsync(Booted);
        _time.Advance(ALittle);

        _time.Set(Right);
        await _test.Journal.FollowClockAsync();

        Assert.Equal(left - ALittle, Left(prompt));
        Assert.Empty(_test.Journal.Due(10));
        _time.Advance(left);
        await _test.Journal.FollowClockAsync();
        Assert.Equal(prompt, Assert.Single(_test.Journal.Due(10)).Id);
        Assert.Equal(1, _test.Journal.Counters()[Counter.ClockSet]);
    }

    [Fact]
    public async Task ClockSetBack_OpenPromptsKeepTheTimeTheyHadLeft()
    {
        var (prompt, left) = await AcceptedAsync(Right);
        _time.Advance(ALittle);

        _time.Set(Right.AddHours(-5));
        await _test.Journal.FollowClockAsync();

        Assert.Equal(left - ALittle, Left(prompt));
    }

    [Fact]
    public async Task PromptAcceptedByTheNewClock_IsNotMoved()
    {
        await AcceptedAsync(Booted);
        _time.Advance(ALittle);
        _time.Set(Right);
        var prompt = await _test.AcceptAsync();
        var left = Left(prompt.Id);

        await _test.Journal.FollowClockAsync();

        Assert.Equal(left, Left(prompt.Id));
    }

    [Fact]
    public async Task EscalationThatWaits_IsSentWithADeadlineOfTheNewClock()
    {
        _time.Set(Booted);
        await _test.Journal.FollowClockAsync();
        var prompt = await _test.EscalateAsync();
        _time.Advance(ALittle);

        _time.Set(Right);
        await _test.Journal.FollowClockAsync();

        var entry = Assert.Single(_test.Journal.NextToSend("escalations", 10));
        var envelope = EventFormat.ReadEnvelope(entry.Body);
        var data = EventFormat.ReadData<EscalationData>(envelope, EventTypes.Escalation, null);
        Assert.Equal(_test.Journal.Find(prompt.Id)!.Deadline, data.Deadline);
        Assert.Equal(data.Deadline, entry.ExpiresAt);
        Assert.Equal(Right - ALittle, envelope.Time);
    }

    [Fact]
    public async Task RestartWithAClockOf1970_AndThenItIsSet_TheTimeLeftStays()
    {
        var (prompt, left) = await AcceptedAsync(Right);

        _test.Reopen();
        _time.Set(Booted);
        await _test.Journal.FollowClockAsync();
        var afterBoot = Left(prompt);
        _time.Set(Right.AddHours(1));
        await _test.Journal.FollowClockAsync();

        Assert.Equal((left, left), (afterBoot, Left(prompt)));
    }

    [Fact]
    public async Task AcceptedIn1970_RestartedWithTheRightClock_TheTimeLeftStays()
    {
        var (prompt, left) = await AcceptedAsync(Booted);

        _test.Reopen();
        _time.Set(Right);
        await _test.Journal.FollowClockAsync();

        Assert.Equal(left, Left(prompt));
    }

    [Fact]
    public async Task Restart_TimeSwitchedOffCounts()
    {
        var (prompt, left) = await AcceptedAsync(Right);

        _test.Reopen();
        _time.Advance(TimeSpan.FromMinutes(3));
        await _test.Journal.FollowClockAsync();

        Assert.Equal(left - TimeSpan.FromMinutes(3), Left(prompt));
        Assert.DoesNotContain(Counter.ClockSet, _test.Journal.Counters().Keys);
    }

    private async Task<(Guid Id, TimeSpan Left)> AcceptedAsync(DateTimeOffset clock)
    {
        _time.Set(clock);
        await _test.Journal.FollowClockAsync();
        var prompt = await _test.AcceptAsync();
        return (prompt.Id, Left(prompt.Id));
    }
}

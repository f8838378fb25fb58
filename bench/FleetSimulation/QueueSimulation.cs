namespace Hybrid.FleetSimulation;

/// <summary>
/// The busy hours of a fleet, second by second: escalations come at random, wait for a free place, call the model, are throttled when its
/// quota is spent, wait with their place taken, and go back to the queue when that takes too long. The same seed gives the same numbers.
/// </summary>
internal sealed class QueueSimulation
{
    /// <summary>Four hours: the load climbs to its peak in two and falls again.</summary>
    public const int Seconds = 4 * 3600;

    /// <summary>The deadline of an interactive prompt (Pipeline:InteractiveDeadline).</summary>
    public const int Deadline = 600;

    // Model:TotalTime, the queue's visibilityTimeout and maxDequeueCount.
    private const int TotalTime = 480;
    private const int VisibilityTimeout = 30;
    private const int MaxDeliveries = 5;

    // A provider's quota of a minute is handed out in slices; what one slice does not use is lost to the next.
    private const int QuotaSlice = 10;

    private const double LongestPause = 60;

    private readonly Random _random;
    private readonly double _peak;
    private readonly double _tokensPerSecond;
    private readonly int _places;
    private readonly Queue<Escalation> _queue = new();
    private readonly PriorityQueue<Escalation, double> _events = new();

    /// <param name="devices">The fleet.</param>
    /// <param name="quotaRatio">The model's quota by what the peak asks on average.</param>
    /// <param name="placesRatio">Calls that may run at once, by the average at the peak.</param>
    /// <param name="seed">Of the random numbers.</param>
    public QueueSimulation(double devices, double quotaRatio, double placesRatio = 2, int seed = 1)
    {
        var demand = new Demand(devices);
        _random = new Random(seed);
        _peak = demand.Escalations;
        _tokensPerSecond = demand.TokensPerMinute / 60 * quotaRatio;
        _places = Math.Max(1, (int)Math.Ceiling(demand.Calls * placesRatio));
    }

    /// <summary>Runs it.</summary>
    public SimulationResult Run()
    {
        var waits = new List<double>();
        var timeline = new double[Seconds];
        var (arrived, answered, expired, poisoned, throttled, busy) = (0, 0, 0, 0, 0, 0);
        var tokens = 0.0;
        for (var second = 0; second < Seconds; second++)
        {
            if (second % QuotaSlice == 0)
            {
                // A call may take what is left even if it is not enough for it: the provider counts afterwards. Debts are kept.
                tokens = Math.Min(tokens, 0) + (_tokensPerSecond * QuotaSlice);
            }

            var coming = Poisson(_peak * Shape(second));
            arrived += coming;
            for (var number = 0; number < coming; number++)
            {
                _queue.Enqueue(new Escalation(second));
            }

            while (_events.TryPeek(out var next, out var time) && time <= second)
            {
                _events.Dequeue();
                switch (next.State)
                {
                    case EscalationState.Calling:
                        busy--;
                        answered++;
                        waits.Add(time - next.Came);
                        break;
                    case EscalationState.Hidden:
                        _queue.Enqueue(next);
                        break;
                    default:
                        busy -= Ask(next, second, ref tokens, ref throttled, ref poisoned) ? 0 : 1;
                        break;
                }
            }

            while (busy < _places && _queue.TryDequeue(out var escalation))
            {
                if (second - escalation.Came > Deadline)
                {
                    // Stored as expired, without a paid call.
                    expired++;
                    continue;
                }

                escalation.Began = second;
                escalation.Pauses = 0;
                escalation.Deliveries++;
                busy += Ask(escalation, second, ref tokens, ref throttled, ref poisoned) ? 1 : 0;
            }

            timeline[second] = _queue.TryPeek(out var oldest) ? second - oldest.Came : 0;
        }

        waits.Sort();
        return new SimulationResult(arrived, answered, expired, poisoned, throttled, waits, timeline);
    }

    /// <summary>Asks the model, now; whether the place stays taken.</summary>
    private bool Ask(Escalation escalation, double now, ref double tokens, ref int throttled, ref int poisoned)
    {
        if (tokens > 0)
        {
            tokens -= Assumptions.TokensPerCall;
            escalation.State = EscalationState.Calling;
            _events.Enqueue(escalation, now + CallLength());
            return true;
        }

        throttled++;
        // Full jitter on a doubling pause, as the functions do.
        var pause = Math.Min(LongestPause, Math.Pow(2, escalation.Pauses++)) * (0.5 + (_random.NextDouble() / 2));
        if (now + pause - escalation.Began > TotalTime)
        {
            if (escalation.Deliveries >= MaxDeliveries)
            {
                poisoned++;
                return false;
            }

            escalation.State = EscalationState.Hidden;
            _events.Enqueue(escalation, now + VisibilityTimeout);
            return false;
        }

        escalation.State = EscalationState.Pausing;
        _events.Enqueue(escalation, now + pause);
        return true;
    }

    // From a third of the peak up to it and back.
    private static double Shape(int second)
    {
        var half = Seconds / 2.0;
        return (1 / Assumptions.PeakFactor) + ((1 - (1 / Assumptions.PeakFactor)) * (1 - (Math.Abs(second - half) / half)));
    }

    private double CallLength()
    {
        // Box and Muller.
        var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return Assumptions.CallSeconds * Math.Exp(Assumptions.CallSpread * normal);
    }

    private int Poisson(double mean)
    {
        // Knuth's product, in pieces so that the exponential does not vanish.
        var count = 0;
        while (mean > 0)
        {
            var piece = Math.Min(mean, 30);
            var limit = Math.Exp(-piece);
            var product = _random.NextDouble();
            while (product > limit)
            {
                count++;
                product *= _random.NextDouble();
            }

            mean -= piece;
        }

        return count;
    }

    private sealed class Escalation(double came)
    {
        public double Came { get; } = came;

        public double Began { get; set; }

        public int Pauses { get; set; }

        public int Deliveries { get; set; }

        public EscalationState State { get; set; }
    }
}

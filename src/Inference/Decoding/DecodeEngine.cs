using Hybrid.Inference.Sampling;
using Microsoft.ML.OnnxRuntime;

namespace Hybrid.Inference.Decoding;

/// <summary>Generates for several sequences at once: they join and leave a common batch at any step.</summary>
/// <remarks>
/// One thread does all the work. In each round it takes a piece of the newest prompt (alone, on its own slot; short prompts several in a
/// round), then one token for every sequence that is decoding (together). Slots 0 … n−1 belong to the n decoding sequences in order; the
/// sequence whose prompt is being read has slot n; the others wait in a <see cref="WaitingLine"/>.
/// Memory is promised before work begins: a sequence starts only when all that have started could grow to their limits within the budget.
/// <see cref="Submit"/> and <see cref="Dispose"/> are thread safe.
/// </remarks>
internal sealed class DecodeEngine : IDisposable
{
    /// <summary>Capacities are multiples of this many tokens.</summary>
    internal const int CapacityBlock = 64;

    /// <summary>An idle engine gives memory back above this; below, the next request saves the page faults.</summary>
    private const long IdleBytes = 64L << 20;

    private readonly ModelGraph _graph;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly KvArena _arena;
    private readonly PrefixPool _pool;
    private readonly GraphBinding _decodeBinding;
    private readonly GraphBinding _prefillBinding;
    private readonly SamplingScratch _scratch;
    private readonly float[] _widened;
    private readonly RunOptions _runOptions = new();
    private readonly List<Sequence> _decoding = [];
    private readonly WaitingLine _waiting;
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _work = new();
    private readonly Thread _thread;
    private readonly int[] _lengths;
    private Sequence? _prefilling;
    private Exception? _fault;
    private bool _stopping;

    public DecodeEngine(ModelGraph graph, EngineOptions options, TimeProvider time)
    {
        _graph = graph;
        _options = options;
        _waiting = new WaitingLine(options.MaxQueued);
        _time = time;
        _arena = new KvArena(graph.Layout);
        _pool = new PrefixPool(graph.Layout);
        _decodeBinding = new GraphBinding(graph, _arena);
        _prefillBinding = new GraphBinding(graph, _arena);
        _scratch = new SamplingScratch(graph.VocabularySize);
        _widened = new float[graph.VocabularySize];
        _lengths = new int[options.MaxBatch + 1];
        _thread = new Thread(Loop) { IsBackground = true, Name = "hybrid-decode" };
        _thread.Start();
    }

    /// <summary>What is in use right now, for status pages and tests; read without a lock, so only roughly consistent.</summary>
    public EngineStatus Status => new(_decoding.Count + (_prefilling is null ? 0 : 1), _waiting.Count, _arena.Bytes, _pool.Bytes, _pool.Count);

    /// <summary>Queues a request; its sink hears everything else.</summary>
    /// <exception cref="ArgumentException">The prompt is empty or has a token the model does not know.</exception>
    /// <exception cref="PromptTooLongException">The prompt leaves no room in the context.</exception>
    /// <exception cref="KvBudgetExceededException">Prompt and answer could never fit into the budget.</exception>
    /// <exception cref="InferenceQueueFullException">Too many wait already.</exception>
    /// <exception cref="InferenceFailedException">The engine broke down earlier.</exception>
    /// <exception cref="ObjectDisposedException">The engine is closed.</exception>
    public void Submit(SequenceRequest request, ITokenSink sink, CancellationToken cancellationToken)
    {
        var sequence = new Sequence(request, Limit(request), sink, _time, cancellationToken);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            if (_fault is not null)
            {
                throw new InferenceFailedException("The model stopped after an internal error; load it again.", _fault);
            }

            _waiting.Add(sequence);
            _work.Set();
        }
    }

    /// <summary>Cancels everything and waits for the decode loop to end.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return;
            }

            _stopping = true;
            _work.Set();
        }

        _thread.Join();
        _decodeBinding.Dispose();
        _prefillBinding.Dispose();
        _arena.Dispose();
        _pool.Dispose();
        _runOptions.Dispose();
        _work.Dispose();
    }

    /// <summary>How long prompt and answer may become, after refusing what can never work.</summary>
    private int Limit(SequenceRequest request)
    {
        var prompt = request.Prompt;
        if (prompt.Length == 0)
        {
            throw new ArgumentException("The prompt has no tokens.", nameof(request));
        }

        foreach (var token in prompt)
        {
            if ((uint)token >= (uint)_graph.VocabularySize)
            {
                throw new ArgumentException($"The prompt has token {token}; the model knows 0 to {_graph.VocabularySize - 1}.", nameof(request));
            }
        }

        if (prompt.Length >= _graph.ContextTokens)
        {
            throw new PromptTooLongException(prompt.Length, _graph.ContextTokens);
        }

        var affordable = (int)Math.Min(int.MaxValue, _options.KvBudgetBytes / _graph.Layout.TokenBytes / CapacityBlock * CapacityBlock);
        var wanted = Math.Min(_graph.ContextTokens, prompt.Length + (long)(request.MaxOutputTokens ?? _options.DefaultMaxOutputTokens));
        // A limit the caller did not name is no reason to refuse; one that was named is a demand.
        var limit = request.MaxOutputTokens is null ? Math.Min(wanted, affordable) : wanted;
        if (limit > affordable || limit <= prompt.Length)
        {
            var needed = Math.Max(limit, prompt.Length + 1L);
            throw new KvBudgetExceededException((int)needed, needed * _graph.Layout.TokenBytes, _options.KvBudgetBytes);
        }

        return (int)limit;
    }

    private void Loop()
    {
        try
        {
            while (true)
            {
                Wait();
                if (_stopping)
                {
                    break;
                }

                DropCancelled();
                ReadPrompts();
                DecodeStep();
            }

            EndAll(null);
        }
#pragma warning disable CA1031 // Whatever it is, the callers must hear of it instead of waiting for ever.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            EndAll(exception);
        }
    }

    private void Wait()
    {
        lock (_gate)
        {
            if (_decoding.Count > 0 || _prefilling is not null || _waiting.Count > 0 || _stopping)
            {
                return;
            }

            _work.Reset();
        }

        if (_arena.Bytes > IdleBytes)
        {
            _arena.Resize(0, 0, []);
        }

        _work.Wait();
    }

    private void EndAll(Exception? fault)
    {
        List<Sequence> all;
        lock (_gate)
        {
            _fault = fault;
            all = [.. _decoding, .. _waiting.RemoveAll()];
        }

        if (_prefilling is not null)
        {
            all.Add(_prefilling);
        }

        _decoding.Clear();
        _prefilling = null;
        var failure = fault is null ? null : new InferenceFailedException("The model stopped after an internal error; load it again.", fault);
        foreach (var sequence in all)
        {
            sequence.End(FinishReason.Cancelled, failure);
        }
    }

    private void DropCancelled()
    {
        lock (_gate)
        {
            foreach (var sequence in _waiting.RemoveCancelled())
            {
                sequence.End(FinishReason.Cancelled);
            }
        }

        if (_prefilling is { Cancellation.IsCancellationRequested: true } prefilling)
        {
            Finish(prefilling, FinishReason.Cancelled);
        }

        for (var i = _decoding.Count - 1; i >= 0; i--)
        {
            if (_decoding[i].Cancellation.IsCancellationRequested)
            {
                Finish(_decoding[i], FinishReason.Cancelled);
            }
        }
    }

    /// <summary>Reads as much of prompts as a round allows: a long prompt piece by piece, short ones several at once.</summary>
    private void ReadPrompts()
    {
        var left = _options.PrefillChunkTokens;
        while (left > 0)
        {
            if (_decoding.Count > 0)
            {
                // Whoever decodes waits for this meanwhile.
                left = Math.Min(left, _options.SharedPrefillChunkTokens);
            }

            Admit();
            if (_prefilling is not { } sequence)
            {
                break;
            }

            left -= ReadPrompt(sequence, left);
        }
    }

    /// <summary>Starts the next waiting sequence if nothing else is being read and its memory can be promised.</summary>
    private void Admit()
    {
        if (_prefilling is not null || _decoding.Count >= _options.MaxBatch)
        {
            return;
        }

        lock (_gate)
        {
            // Nothing overtakes the next one while memory for it is lacking, so a long prompt cannot starve.
            if (_waiting.Next is not { } next || !Promise(next))
            {
                return;
            }

            _waiting.Take(next);
            _prefilling = next;
        }

        _prefilling.MarkStarted();
        _prefilling.LongRope = _graph.LongRopeFrom is { } original && _prefilling.Count > original;
        ReusePrefix(_prefilling);
    }

    /// <summary>Whether one more slot at everyone's limit stays within the budget; makes the room if so.</summary>
    private bool Promise(Sequence newcomer)
    {
        var slots = _decoding.Count + 1;
        var limit = newcomer.MaxTokens;
        foreach (var sequence in _decoding)
        {
            limit = Math.Max(limit, sequence.MaxTokens);
        }

        var worst = slots * (long)RoundUp(limit) * _graph.Layout.TokenBytes;
        if (worst > _options.KvBudgetBytes)
        {
            return false;
        }

        // Slots and capacity left over from others may be more than was promised now: then they go first.
        var capacity = Math.Min(Math.Max(_arena.Capacity, RoundUp(newcomer.Count + 1)), RoundUp(limit));
        var kept = slots > _arena.Slots || (long)_arena.Slots * Math.Max(capacity, RoundUp(limit)) * _graph.Layout.TokenBytes > _options.KvBudgetBytes
            ? slots
            : _arena.Slots;
        _pool.Trim(_options.KvBudgetBytes - worst);
        _arena.Resize(kept, capacity, Lengths(_decoding.Count));
        return true;
    }

    /// <summary>Copies the longest beginning that is known already, from the pool or from a neighbour that is still decoding.</summary>
    private void ReusePrefix(Sequence sequence)
    {
        // At least one token must be run to get logits.
        var usable = sequence.Tokens[..^1];
        var slot = _decoding.Count;
        var (entry, tokens) = _pool.Find(usable, sequence.LongRope);
        var neighbour = -1;
        for (var i = 0; _options.PrefixPoolBytes > 0 && i < _decoding.Count; i++)
        {
            var other = _decoding[i];
            var common = other.LongRope == sequence.LongRope ? usable.CommonPrefixLength(other.Tokens[..other.Cached]) : 0;
            if (common > tokens)
            {
                (neighbour, tokens) = (i, common);
            }
        }

        if (neighbour >= 0)
        {
            _arena.CopySlot(neighbour, slot, tokens);
        }
        else if (entry is not null)
        {
            _arena.Load(slot, entry.State, entry.Tokens.Length, tokens);
        }

        sequence.Cached = tokens;
        sequence.Reused = Math.Max(sequence.Reused, Math.Min(tokens, sequence.Request.Prompt.Length));
    }

    /// <summary>Reads one piece of the prompt that is being read; after its last piece the sequence has its first token and decodes.</summary>
    /// <returns>How many tokens the piece had.</returns>
    private int ReadPrompt(Sequence sequence, int most)
    {
        var slot = _decoding.Count;
        var tokens = Math.Min(Math.Min(most, _graph.MaxRunTokens), sequence.Count - sequence.Cached);
        var length = sequence.Cached + tokens;
        var total = MaskWidth(sequence, length);
        EnsureCapacity(Math.Max(total, sequence.Count + 1), slot + 1);

        _prefillBinding.Point(slot, 1, tokens);
        _prefillBinding.SetTokens(0, sequence.Tokens.Slice(sequence.Cached, tokens), sequence.Cached);
        _prefillBinding.SetMask([length], total);

        // A piece takes longer than a token, so cancelling reaches into the run.
        using var options = new RunOptions();
        using (sequence.Cancellation.Register(static state => ((RunOptions)state!).Terminate = true, options))
        {
            try
            {
                _prefillBinding.Run(options);
            }
            catch (OnnxRuntimeException exception)
            {
                Finish(sequence, FinishReason.Cancelled, sequence.Cancellation.IsCancellationRequested ? null : Failed(exception));
                return tokens;
            }
        }

        sequence.Cached = length;
        if (length < sequence.Count)
        {
            return tokens;
        }

        _prefilling = null;
        _decoding.Add(sequence);
        TakeToken(sequence, _prefillBinding.LastLogits(0, _widened));
        return tokens;
    }

    private void DecodeStep()
    {
        if (_decoding.Count == 0)
        {
            return;
        }

        if (RestartAtLongRope())
        {
            return;
        }

        var longest = 0;
        var mixed = false;
        foreach (var sequence in _decoding)
        {
            longest = Math.Max(longest, sequence.Count);
            mixed |= sequence.LongRope != _decoding[0].LongRope;
        }

        EnsureCapacity(longest, _decoding.Count + (_prefilling is null ? 0 : 1));
        if (mixed)
        {
            // The graph picks its rotary factors for a whole batch, so both kinds cannot share a run.
            for (var i = _decoding.Count - 1; i >= 0; i--)
            {
                DecodeSlots(i, 1);
            }
        }
        else
        {
            DecodeSlots(0, _decoding.Count);
        }
    }

    private void DecodeSlots(int first, int count)
    {
        var lengths = _lengths.AsSpan(0, count);
        var total = 0;
        _decodeBinding.Point(first, count, 1);
        for (var row = 0; row < count; row++)
        {
            var sequence = _decoding[first + row];
            _decodeBinding.SetTokens(row, sequence.Tokens[sequence.Cached..], sequence.Cached);
            lengths[row] = sequence.Count;
            total = Math.Max(total, sequence.Count);
        }

        _decodeBinding.SetMask(lengths, total);
        try
        {
            _decodeBinding.Run(_runOptions);
        }
        catch (OnnxRuntimeException exception)
        {
            for (var i = first + count - 1; i >= first; i--)
            {
                Finish(_decoding[i], FinishReason.Cancelled, Failed(exception));
            }

            return;
        }

        // From the last to the first: when one ends, the last sequence takes its slot, and that one has been served.
        for (var row = count - 1; row >= 0; row--)
        {
            var sequence = _decoding[first + row];
            sequence.Cached = sequence.Count;
            TakeToken(sequence, _decodeBinding.LastLogits(row, _widened));
        }
    }

    /// <summary>Chooses a sequence's next token and ends it where that was the last.</summary>
    private void TakeToken(Sequence sequence, ReadOnlySpan<float> logits)
    {
        if (sequence.Cancellation.IsCancellationRequested)
        {
            Finish(sequence, FinishReason.Cancelled);
            return;
        }

        var row = LogitRow.Of(logits);
        if (!float.IsFinite(row.LogSumExp))
        {
            Finish(sequence, FinishReason.Cancelled, new InferenceFailedException(
                "The model's output is not numbers (NaN or infinity); its weights are damaged. Download the folder again."));
            return;
        }

        var constraint = sequence.Request.Constraint;
        if (constraint?.Prepare() is false || sequence.Sampler.Choose(logits, row, _scratch, constraint) is not { } choice)
        {
            Finish(sequence, FinishReason.Cancelled, new InferenceFailedException(
                "No token of the model's vocabulary can go on with the answer in the requested format."));
            return;
        }

        var top = sequence.Request.TopCandidates > 0 ? LogitRow.Top(logits, sequence.Request.TopCandidates, row.LogSumExp) : null;
        var isEnd = sequence.Request.EndTokens.Contains(choice.Token);
        sequence.Append(choice.Token);
        var more = sequence.Sink.OnToken(choice, top, isEnd);
        if (isEnd)
        {
            Finish(sequence, FinishReason.EndToken);
        }
        else if (!more)
        {
            Finish(sequence, FinishReason.Stopped);
        }
        else if (constraint?.IsComplete is true)
        {
            Finish(sequence, FinishReason.Complete);
        }
        else if (sequence.Count >= sequence.MaxTokens)
        {
            Finish(sequence, FinishReason.Length);
        }
    }

    /// <summary>Ends a sequence, remembers its state and closes the gap it leaves.</summary>
    private void Finish(Sequence sequence, FinishReason reason, Exception? failure = null)
    {
        var slot = sequence == _prefilling ? _decoding.Count : _decoding.IndexOf(sequence);
        if (failure is null && _options.PrefixPoolBytes > 0)
        {
            var limit = Math.Min(_options.PrefixPoolBytes, _options.KvBudgetBytes - Promised());
            _pool.Remember(_arena, slot, sequence.Tokens[..sequence.Cached], sequence.LongRope, limit);
        }

        Release(sequence, slot);
        sequence.End(reason, failure);
    }

    private void Release(Sequence sequence, int slot)
    {
        if (sequence == _prefilling)
        {
            _prefilling = null;
            return;
        }

        var last = _decoding.Count - 1;
        _arena.CopySlot(last, slot, _decoding[last].Cached);
        _decoding[slot] = _decoding[last];
        _decoding.RemoveAt(last);
        if (_prefilling is not null)
        {
            _arena.CopySlot(last + 1, last, _prefilling.Cached);
        }
    }

    /// <summary>
    /// Sends a sequence that outgrew the short rotary factors back to be read again with the long ones: the two do not mix within one
    /// state. Whether one was sent.
    /// </summary>
    private bool RestartAtLongRope()
    {
        if (_graph.LongRopeFrom is not { } original)
        {
            return false;
        }

        var outgrown = _decoding.FindIndex(sequence => !sequence.LongRope && sequence.Count > original);
        if (outgrown < 0)
        {
            return false;
        }

        var sequence = _decoding[outgrown];
        Release(sequence, outgrown);
        sequence.Cached = 0;
        lock (_gate)
        {
            _waiting.PutBack(sequence);
        }

        return true;
    }

    /// <summary>The mask's width for a piece of a prompt; wider than the piece where that selects the long rotary factors.</summary>
    private int MaskWidth(Sequence sequence, int length) =>
        sequence.LongRope ? Math.Max(length, _graph.LongRopeFrom!.Value + 1) : length;

    private void EnsureCapacity(int tokens, int slots)
    {
        if (tokens <= _arena.Capacity)
        {
            return;
        }

        var limit = _prefilling?.MaxTokens ?? 0;
        foreach (var sequence in _decoding)
        {
            limit = Math.Max(limit, sequence.MaxTokens);
        }

        // Half as much again, so that growing costs a constant per token; never beyond what was promised.
        var capacity = Math.Max(RoundUp(tokens), Math.Min(RoundUp(limit), RoundUp(_arena.Capacity + (_arena.Capacity / 2))));
        _arena.Resize(Math.Max(slots, _arena.Slots), capacity, Lengths(slots));
    }

    /// <summary>The lengths to keep in the first slots.</summary>
    private ReadOnlySpan<int> Lengths(int slots)
    {
        for (var i = 0; i < slots; i++)
        {
            _lengths[i] = i < _decoding.Count ? _decoding[i].Cached : _prefilling?.Cached ?? 0;
        }

        return _lengths.AsSpan(0, slots);
    }

    /// <summary>What the sequences that have started may grow to, in bytes.</summary>
    private long Promised()
    {
        var limit = _prefilling?.MaxTokens ?? 0;
        foreach (var sequence in _decoding)
        {
            limit = Math.Max(limit, sequence.MaxTokens);
        }

        var slots = _decoding.Count + (_prefilling is null ? 0 : 1);
        return Math.Max(_arena.Bytes, slots * (long)RoundUp(limit) * _graph.Layout.TokenBytes);
    }

    private static int RoundUp(int tokens) => (int)Math.Min(int.MaxValue / CapacityBlock * CapacityBlock, ((long)tokens + CapacityBlock - 1) / CapacityBlock * CapacityBlock);

    private static InferenceFailedException Failed(OnnxRuntimeException exception) =>
        new($"ONNX Runtime could not run the model: {ModelGraph.FirstLine(exception.Message)}.", exception);
}

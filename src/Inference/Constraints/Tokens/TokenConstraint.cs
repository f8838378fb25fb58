using Hybrid.Inference.Constraints.Grammars;

namespace Hybrid.Inference.Constraints.Tokens;

/// <summary>Holds one sequence to a grammar. Belongs to the decode loop from the first call on.</summary>
internal sealed class TokenConstraint(TokenTable table)
{
    private GrammarState? _state;
    private int _generation;
    private MemberNames? _names;
    private ulong[]? _mask;
    private bool _isOwnMask;

    /// <summary>The tokens that may come next, one bit each; valid after <see cref="Prepare"/>.</summary>
    public ReadOnlySpan<ulong> Allowed => _mask;

    /// <summary>Whether the answer is complete and cannot go on.</summary>
    public bool IsComplete => _state?.IsComplete is true;

    /// <summary>Gets ready for the next token.</summary>
    /// <returns>Whether there is any that may come.</returns>
    public bool Prepare()
    {
        if (_state is null)
        {
            _state = table.Start;
            _generation = table.Generation;
            _names = table.HasFreeNames ? new MemberNames() : null;
        }
        else if (_generation != table.Generation)
        {
            _state = table.Adopt(_state);
        }

        _mask = table.MaskOf(ref _state);
        _generation = table.Generation;
        _isOwnMask = false;
        return _mask.AsSpan().ContainsAnyExcept(0UL);
    }

    /// <summary>Takes a token out of those that are allowed, unless it would repeat a name; then it and its like are allowed no more.</summary>
    /// <returns>Whether it was taken.</returns>
    public bool TryTake(int token)
    {
        var bytes = table.Trie.BytesOf(token);
        if (bytes.IsEmpty)
        {
            // An end token.
            return true;
        }

        if (_names is not null)
        {
            var names = bytes.Contains((byte)'"') ? _names.Copy() : _names;
            for (var i = 0; i < bytes.Length; i++)
            {
                if (!names.Take(bytes[i]))
                {
                    Narrow(bytes[..(i + 1)]);
                    return false;
                }
            }

            _names = names;
        }

        _state = table.Step(_state!, bytes) ?? throw new InvalidOperationException($"Token {token} was not allowed.");
        return true;
    }

    private void Narrow(ReadOnlySpan<byte> beginning)
    {
        if (!_isOwnMask)
        {
            _mask = (ulong[])_mask!.Clone();
            _isOwnMask = true;
        }

        table.Forbid(beginning, _mask);
    }
}

using System.Runtime.InteropServices;
using System.Text;

namespace Hybrid.Inference.Tokenization;

/// <summary>Byte-pair encoding of one word after another. Safe for any number of threads.</summary>
internal sealed class BpeModel : WordModel
{
    private const int StackSymbols = 256;
    private readonly BpeVocabulary _vocabulary;
    private readonly MergeTable _merges;
    private readonly BpeModelOptions _options;
    private readonly WordCache _cache = new();
    private readonly int[] _byteSymbols = new int[256];
    private readonly int[]? _fallback;
    private readonly NeighbourTable? _neighbours;

    /// <param name="vocabulary">The tokens.</param>
    /// <param name="merges">The merges.</param>
    /// <param name="neighbours">Which characters merges join, if that can be told; null to take long words whole.</param>
    /// <param name="options">The rest.</param>
    public BpeModel(BpeVocabulary vocabulary, MergeTable merges, NeighbourTable? neighbours, BpeModelOptions options)
    {
        _neighbours = neighbours;
        _vocabulary = vocabulary;
        _merges = merges;
        _options = options;
        _fallback = options.ByteFallback ? new int[256] : null;
        for (var value = 0; value < 256; value++)
        {
            _byteSymbols[value] = vocabulary.FindCharacter(ByteAlphabet.ToChar((byte)value));
            _fallback?[value] = vocabulary.Find($"<0x{value:X2}>");
        }
    }

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.Length > WordCache.MaxWordLength)
        {
            EncodeLong(word, ids);
            return;
        }

        if (_cache.Find(word, out var place) is { } known)
        {
            ids.AddRange(known.AsSpan());
            return;
        }

        var start = ids.Count;
        EncodeAnew(word, ids);
        _cache.Store(place, word, CollectionsMarshal.AsSpan(ids)[start..]);
    }

    /// <summary>
    /// Encodes a word that is too long for the cache. Where files have no pre-tokenizer it is the whole text, which falls into words
    /// all the same: between two characters that stand side by side in no token, nothing can merge.
    /// </summary>
    private void EncodeLong(ReadOnlySpan<char> word, List<int> ids)
    {
        var start = 0;
        if (_neighbours is not null && !(_options.IgnoreMerges && _vocabulary.Find(word) >= 0))
        {
            var previous = -1;
            for (var i = 0; i < word.Length;)
            {
                var symbol = _vocabulary.FindCharacter(UnicodeClasses.CodePointAt(word, i, out var length));
                // Unknown characters may fuse with each other, so nothing is cut beside one.
                if (previous >= 0 && symbol >= 0 && !_neighbours.Contains(previous, symbol))
                {
                    EncodePart(word[start..i], ids);
                    start = i;
                }

                previous = symbol;
                i += length;
            }
        }

        EncodePart(word[start..], ids);
    }

    private void EncodePart(ReadOnlySpan<char> part, List<int> ids)
    {
        if (part.Length > WordCache.MaxWordLength)
        {
            EncodeAnew(part, ids);
        }
        else
        {
            Encode(part, ids);
        }
    }

    private void EncodeAnew(ReadOnlySpan<char> word, List<int> ids)
    {
        // UTF-8 takes at most three bytes for a UTF-16 unit; byte fallback within a byte alphabet takes two symbols for each.
        var limit = word.Length * (_options.InBytes && _options.ByteFallback ? 6 : 3);
        var rented = limit > StackSymbols ? Scratch.Rent<int>(limit) : null;
        var symbols = new SymbolList(rented ?? stackalloc int[StackSymbols], _options);
        var whole = _options.InBytes ? ReadBytes(word, ref symbols) : ReadCharacters(word, ref symbols);
        if (whole >= 0)
        {
            ids.Add(whole);
        }
        else
        {
            var all = symbols.Finish();
            ids.AddRange(all[..WordMerger.Merge(_merges, all)]);
        }

        if (rented is not null)
        {
            Scratch.Return(rented);
        }
    }

    /// <summary>Reads a word byte by byte.</summary>
    /// <returns>The id of the whole word where that counts before any merge, else -1.</returns>
    private int ReadBytes(ReadOnlySpan<char> word, ref SymbolList symbols)
    {
        var limit = word.Length * 3;
        var rented = limit > StackSymbols ? Scratch.Rent<byte>(limit) : null;
        var buffer = rented ?? stackalloc byte[StackSymbols];
        var bytes = buffer[..Encoding.UTF8.GetBytes(word, buffer)];
        var whole = -1;
        if (_options.IgnoreMerges && bytes.Length <= _vocabulary.LongestToken)
        {
            var letters = new char[bytes.Length];
            ByteAlphabet.ToChars(bytes, letters);
            whole = _vocabulary.Find(letters);
        }

        if (whole < 0)
        {
            foreach (var value in bytes)
            {
                var symbol = _byteSymbols[value];
                if (symbol >= 0)
                {
                    symbols.Add(symbol);
                }
                else
                {
                    AddUnknown(ByteAlphabet.ToChar(value), ref symbols);
                }
            }
        }

        if (rented is not null)
        {
            Scratch.Return(rented);
        }

        return whole;
    }

    private int ReadCharacters(ReadOnlySpan<char> word, ref SymbolList symbols)
    {
        var whole = _options.IgnoreMerges ? _vocabulary.Find(word) : -1;
        for (var i = 0; whole < 0 && i < word.Length;)
        {
            var character = UnicodeClasses.CodePointAt(word, i, out var length);
            var symbol = _vocabulary.FindCharacter(character);
            if (symbol >= 0)
            {
                symbols.Add(symbol);
            }
            else
            {
                AddUnknown(character, ref symbols);
            }

            i += length;
        }

        return whole;
    }

    private void AddUnknown(int character, ref SymbolList symbols)
    {
        if (_fallback is null)
        {
            symbols.AddUnknown();
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        bytes = bytes[..new Rune(character).EncodeToUtf8(bytes)];
        foreach (var value in bytes)
        {
            if (_fallback[value] < 0)
            {
                symbols.AddUnknown();
                return;
            }
        }

        foreach (var value in bytes)
        {
            symbols.AddFallback(_fallback[value]);
        }
    }

    /// <summary>Collects a word's symbols, with the format's rules for unknown characters.</summary>
    private ref struct SymbolList(Span<int> buffer, BpeModelOptions options)
    {
        private readonly Span<int> _buffer = buffer;
        private int _count;
        private bool _unknownPending;

        public void Add(int symbol)
        {
            FlushUnknown();
            _buffer[_count++] = symbol;
        }

        /// <summary>Adds a byte of an unknown character; as in the reference, an unknown token that waits keeps waiting.</summary>
        public void AddFallback(int symbol) => _buffer[_count++] = symbol;

        public void AddUnknown()
        {
            if (options.UnknownToken is null)
            {
                return;
            }

            if (!options.FuseUnknown)
            {
                FlushUnknown();
            }

            _unknownPending = true;
        }

        public Span<int> Finish()
        {
            FlushUnknown();
            return _buffer[.._count];
        }

        private void FlushUnknown()
        {
            if (_unknownPending)
            {
                _buffer[_count++] = options.UnknownToken!.Value;
                _unknownPending = false;
            }
        }
    }
}

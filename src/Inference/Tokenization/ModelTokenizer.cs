using System.Text;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Tokenization.Decoders;
using Hybrid.Inference.Tokenization.Files;
using Hybrid.Inference.Tokenization.Normalizers;
using Hybrid.Inference.Tokenization.PreTokenizers;

namespace Hybrid.Inference.Tokenization;

/// <summary>Turns text into a model's ids and back, as its <c>tokenizer.json</c> says.</summary>
/// <remarks>Safe for any number of threads, which share one cache of words.</remarks>
public sealed class ModelTokenizer
{
    private const string TokenizerFileName = "tokenizer.json";
    private const string ConfigFileName = "tokenizer_config.json";
    private readonly WordModel _model;
    private readonly BpeVocabulary _vocabulary;
    private readonly TextNormalizer? _normalizer;
    private readonly PreTokenizer? _preTokenizer;
    private readonly DecoderChain _decoder;
    private readonly string?[] _texts;
    private readonly Dictionary<string, AddedToken> _added;
    private readonly HashSet<int> _specials;
    private readonly AddedTokenMatcher _asGiven;
    private readonly AddedTokenMatcher _normalized;
    private readonly bool _tracksOrigins;

    private ModelTokenizer(TokenizerNode file, TokenizerNode? config, bool forEmbeddings)
    {
        var model = file.Required("model");
        _vocabulary = ModelReader.ReadVocabulary(model, forEmbeddings);
        _normalizer = file.Optional("normalizer") is { } normalizer ? NormalizerReader.Read(normalizer) : null;
        var inBytes = false;
        if (file.Optional("pre_tokenizer") is { } preTokenizer)
        {
            (_preTokenizer, inBytes) = PreTokenizerReader.Read(preTokenizer);
        }

        _decoder = forEmbeddings ? new DecoderChain([]) : DecoderReader.Read(file.Optional("decoder"));
        AddedTokens = AddedTokenReader.Read(file, config, _vocabulary);
        _added = AddedTokens.ToDictionary(token => token.Content, StringComparer.Ordinal);
        _specials = [.. AddedTokens.Where(token => token.IsSpecial).Select(token => token.Id)];
        _model = ModelReader.Read(model, _vocabulary, inBytes, FindToken);
        _texts = ListTexts(file);
        _asGiven = new AddedTokenMatcher(AddedTokens.Where(token => !token.Normalized).Select(token => (token.Content, token)));
        _normalized = new AddedTokenMatcher(
            AddedTokens.Where(token => token.Normalized).Select(token => (Normalize(token.Content), token)));
        _tracksOrigins = AddedTokens.Any(token => token.Normalized && token.IsSpecial)
            || (_normalizer is not null && _preTokenizer is { DependsOnStart: true });
        (BosToken, AddsBos) = BosReader.Read(file, config);
        Frame = forEmbeddings ? FrameReader.Read(file.Optional("post_processor"), FindToken) : TextFrame.None;
    }

    /// <summary>How many ids there are.</summary>
    /// <value>The highest id of any token, added ones included, plus one.</value>
    public int VocabularySize => _texts.Length;

    /// <summary>The tokens added on top of the model's vocabulary, by id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>The token that begins a text, or null if the files name none.</summary>
    public string? BosToken { get; }

    /// <summary>Whether the published tokenizer puts <see cref="BosToken"/> before a plain text; this one never does.</summary>
    public bool AddsBos { get; }

    /// <summary>What the published tokenizer puts around a text; read for embeddings only, and never put there unasked.</summary>
    internal TextFrame Frame { get; }

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="folder">The model folder, with <c>tokenizer.json</c> and, if there, <c>tokenizer_config.json</c>.</param>
    /// <exception cref="ModelFolderException">A file is missing, damaged, or asks for what is not supported.</exception>
    public static ModelTokenizer Load(string folder) => Load(folder, forEmbeddings: false);

    /// <summary>Reads a tokenizer that only encodes: word pieces will do, the decoder is not read.</summary>
    internal static ModelTokenizer LoadForEmbeddings(string folder) => Load(folder, forEmbeddings: true);

    private static ModelTokenizer Load(string folder, bool forEmbeddings)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.Combine(folder, TokenizerFileName);
        var tokenizer = TokenizerFile.Read(path)
            ?? throw new ModelFolderException(path, "it does not exist", "Point to a model folder that has one; tokenizer.model or vocab.txt alone are not enough.");
        using (tokenizer.Document)
        {
            var config = TokenizerFile.Read(Path.Combine(folder, ConfigFileName));
            using (config?.Document)
            {
                return new ModelTokenizer(tokenizer.Root, config?.Root, forEmbeddings);
            }
        }
    }

    /// <summary>Finds a token by its text as it stands in the file.</summary>
    /// <returns>Its id, or null if there is none.</returns>
    public int? FindToken(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _added.TryGetValue(text, out var token) ? token.Id : _vocabulary.Ids.TryGetValue(text, out var id) ? id : null;
    }

    /// <summary>A token's text as it stands in the file, such as <c>Ġthe</c> or <c>▁the</c>.</summary>
    /// <returns>The text, or null if the id names no token.</returns>
    public string? TokenText(int id) => (uint)id < (uint)_texts.Length ? _texts[id] : null;

    /// <summary>The bytes a token stands for in the middle of a decoded text.</summary>
    /// <returns>The bytes, which need not be whole characters; none if the id names no token.</returns>
    public byte[] TokenBytes(int id) => TokenText(id) is { } text ? _decoder.Bytes(text) : [];

    /// <summary>Encodes a text, without adding anything.</summary>
    /// <param name="text">Any text; a lone surrogate counts as U+FFFD.</param>
    /// <param name="interpretSpecialTokens">Whether special tokens in the text are meant; if not, they are characters like any.</param>
    /// <returns>The ids.</returns>
    public List<int> Encode(string text, bool interpretSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encode(text, interpretSpecialTokens ? SpecialScope.Everywhere : SpecialScope.Nowhere);
    }

    /// <summary>Encodes a rendered prompt, in which special tokens are meant only where the template wrote all of them.</summary>
    /// <param name="segments">The prompt from start to end; its text is encoded in one piece, across the segments' borders.</param>
    /// <returns>The ids.</returns>
    public List<int> Encode(IReadOnlyList<PromptSegment> segments)
    {
        ArgumentNullException.ThrowIfNull(segments);
        return Encode(string.Concat(segments.Select(segment => segment.Text)), SpecialScope.WithinTemplate(segments));
    }

    /// <summary>Decodes ids.</summary>
    /// <param name="ids">The ids; one that names no token stands for nothing.</param>
    /// <param name="skipSpecialTokens">Whether to leave special tokens out.</param>
    /// <returns>The text; bytes that are no UTF-8 appear as U+FFFD.</returns>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var decoder = CreateStreamingDecoder(skipSpecialTokens);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            text.Append(decoder.Append(id));
        }

        return text.Append(decoder.Flush()).ToString();
    }

    /// <summary>Starts decoding ids one by one.</summary>
    /// <param name="skipSpecialTokens">Whether to leave special tokens out.</param>
    public StreamingDecoder CreateStreamingDecoder(bool skipSpecialTokens = true) => new(this, skipSpecialTokens);

    internal (DecoderStage Entry, CollectStage Exit) StartDecoding() => _decoder.Start();

    internal bool IsSpecial(int id) => _specials.Contains(id);

    private string?[] ListTexts(TokenizerNode file)
    {
        var highest = Math.Max(_vocabulary.Ids.Values.Max(), AddedTokens.Count > 0 ? AddedTokens[^1].Id : 0);
        var texts = new string?[highest + 1];
        foreach (var (text, id) in _vocabulary.Ids.Concat(AddedTokens.Select(token => KeyValuePair.Create(token.Content, token.Id))))
        {
            if (texts[id] is { } other && other != text)
            {
                throw file.Broken($"gives id {id} to both \"{other}\" and \"{text}\"");
            }

            texts[id] = text;
        }

        return texts;
    }

    private string Normalize(string text) => _normalizer?.Apply(NormalizedText.Start(text, track: false)).Text ?? text;

    private List<int> Encode(string text, SpecialScope scope)
    {
        text = UnicodeClasses.WellFormed(text);
        var ids = new List<int>((text.Length / 3) + 8);
        var at = 0;
        foreach (var (token, range) in Find(_asGiven, text, (token, range) => !token.IsSpecial || scope.Contains(range)))
        {
            EncodeNormalized(text, at, range.Start, scope, ids);
            ids.Add(token.Id);
            at = range.End;
        }

        EncodeNormalized(text, at, text.Length, scope, ids);
        return ids;
    }

    /// <summary>Encodes what lies between tokens found in the text as given: normalises, then looks for the others.</summary>
    private void EncodeNormalized(string text, int start, int end, SpecialScope scope, List<int> ids)
    {
        if (start >= end)
        {
            return;
        }

        if (_normalizer is null && _normalized.IsEmpty)
        {
            EncodePiece(new TextPiece(text, start, end - start, start == 0), ids);
            return;
        }

        var source = NormalizedText.Start(text[start..end], _tracksOrigins);
        var normalized = _normalizer?.Apply(source) ?? source;
        // Text whose start was stripped starts no longer where the whole text does.
        var whole = TextPiece.Whole(normalized.Text, start == 0 && normalized.Origins is null or [{ Start: 0 }, ..]);
        var at = 0;
        foreach (var (token, range) in Find(_normalized, normalized.Text, (token, range) => !token.IsSpecial || IsMeant(range)))
        {
            EncodePiece(whole.Part(at, Math.Max(range.Start - at, 0)), ids);
            ids.Add(token.Id);
            at = range.End;
        }

        EncodePiece(whole.Part(at, whole.Length - at), ids);

        bool IsMeant(TextRange range)
        {
            // What a normaliser put in stands for no text of its own.
            var origins = normalized.Origins![range.Start..range.End].Where(origin => origin.Start < origin.End).ToList();
            return origins.Count > 0
                && scope.Contains(new TextRange(start + origins.Min(origin => origin.Start), start + origins.Max(origin => origin.End)));
        }
    }

    private static List<(AddedToken Token, TextRange Range)> Find(
        AddedTokenMatcher matcher, string text, Func<AddedToken, TextRange, bool> isAllowed)
    {
        var matches = new List<(AddedToken, TextRange)>();
        matcher.Find(text, isAllowed, matches);
        return matches;
    }

    private void EncodePiece(TextPiece piece, List<int> ids)
    {
        if (piece.Length == 0)
        {
            return;
        }

        if (_preTokenizer is null)
        {
            _model.Encode(piece.Span, ids);
            return;
        }

        var words = new List<TextPiece>();
        _preTokenizer.Apply([piece], words);
        foreach (var word in words)
        {
            _model.Encode(word.Span, ids);
        }
    }
}

using Hybrid.Inference.Tokenization.Decoders;

namespace Hybrid.Inference.Tokenization;

/// <summary>Turns ids into text as they are generated.</summary>
/// <remarks>
/// The texts of all <see cref="Append"/> calls and of <see cref="Flush"/>, put together, are what <see cref="ModelTokenizer.Decode"/>
/// gives for all the ids. No text ends within a character. Not safe for more than one thread.
/// </remarks>
public sealed class StreamingDecoder
{
    private readonly ModelTokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private DecoderStage _entry;
    private CollectStage _exit;

    internal StreamingDecoder(ModelTokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
        (_entry, _exit) = tokenizer.StartDecoding();
    }

    /// <summary>Adds one id.</summary>
    /// <param name="id">The id; one that names no token adds nothing.</param>
    /// <returns>The text that is complete now; empty while a character is not.</returns>
    public string Append(int id)
    {
        if (_tokenizer.TokenText(id) is { } token && !(_skipSpecialTokens && _tokenizer.IsSpecial(id)))
        {
            _entry.Take(token);
        }

        return _exit.Fetch();
    }

    /// <summary>Ends the text, after which the decoder is ready for another.</summary>
    /// <returns>What was held back, an unfinished character as U+FFFD.</returns>
    public string Flush()
    {
        _entry.Finish();
        var text = _exit.Fetch();
        (_entry, _exit) = _tokenizer.StartDecoding();
        return text;
    }
}

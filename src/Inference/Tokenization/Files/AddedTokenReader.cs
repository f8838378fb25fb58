using System.Globalization;

namespace Hybrid.Inference.Tokenization.Files;

/// <summary>Reads the tokens added on top of the vocabulary.</summary>
internal static class AddedTokenReader
{
    /// <summary>Reads <c>added_tokens</c>, and from the configuration those that it lacks.</summary>
    public static List<AddedToken> Read(TokenizerNode tokenizer, TokenizerNode? config, BpeVocabulary vocabulary)
    {
        var tokens = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var node in tokenizer.Optional("added_tokens")?.Items() ?? [])
        {
            var id = node.Required("id").Integer(0, ModelReader.HighestId);
            var token = ReadToken(node, id, vocabulary);
            if (token.Content.Length > 0 && !tokens.TryAdd(token.Content, token))
            {
                throw node.Broken($"adds {node.Required("content").Quote()} a second time");
            }
        }

        foreach (var (name, node) in config?.Optional("added_tokens_decoder")?.Members() ?? [])
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id > ModelReader.HighestId)
            {
                throw node.Broken($"has no id for a key; keys run from 0 to {ModelReader.HighestId}");
            }

            var token = ReadToken(node, id, vocabulary);
            if (token.Content.Length > 0)
            {
                tokens.TryAdd(token.Content, token);
            }
        }

        return [.. tokens.Values.OrderBy(token => token.Id)];
    }

    private static AddedToken ReadToken(TokenizerNode node, int id, BpeVocabulary vocabulary)
    {
        var content = node.Required("content").Text();
        // As in the reference, a token that the model has already keeps the model's id.
        var known = vocabulary.Find(content);
        var special = node.Flag("special", false);
        return new AddedToken(
            known >= 0 ? known : id,
            content,
            special,
            node.Flag("single_word", false),
            node.Flag("lstrip", false),
            node.Flag("rstrip", false),
            node.Flag("normalized", !special));
    }
}

using System.Text.Json;

namespace Hybrid.Inference.Tokenization.Files;

/// <summary>Finds out which token begins a text, and whether the published tokenizer puts it there unasked.</summary>
internal static class BosReader
{
    public static (string? Token, bool Adds) Read(TokenizerNode tokenizer, TokenizerNode? config)
    {
        var leading = tokenizer.Optional("post_processor") is { } processor ? FindLeading(processor) : null;
        var token = config?.Optional("bos_token") is { } bos ? ReadToken(bos) : leading;
        var adds = config?.Optional("add_bos_token")?.Flag() ?? (token is not null && leading == token);
        return (token, adds && token is not null);
    }

    private static string ReadToken(TokenizerNode node)
    {
        return node.Value.ValueKind == JsonValueKind.Object ? node.Required("content").Text() : node.Text();
    }

    /// <summary>The special token that a template puts before the text.</summary>
    private static string? FindLeading(TokenizerNode processor)
    {
        return processor.Required("type").Text() switch
        {
            "Sequence" => processor.Required("processors").Items().Select(FindLeading).FirstOrDefault(token => token is not null),
            "TemplateProcessing" => processor.Required("single").Items().Take(1)
                .Select(item => item.Optional("SpecialToken")?.Required("id").Text()).FirstOrDefault(),
            _ => null,
        };
    }
}

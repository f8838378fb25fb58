using System.Text;
using System.Text.Json;

namespace Hybrid.Inference.Folders;

/// <summary>What the tokenizer's side files say about chats: the template and the begin and end tokens.</summary>
internal sealed record TokenizerFiles(string? ChatTemplate, string ChatTemplateFile, string? BosToken, string? EosToken)
{
    public const string TokenizerName = "tokenizer.json";
    public const string ConfigName = "tokenizer_config.json";

    private const string JinjaName = "chat_template.jinja";
    private const string JsonName = "chat_template.json";
    private const string TemplateKey = "chat_template";
    private const string DefaultTemplate = "default";
    private const int MaxTemplateBytes = 1024 * 1024;

    public static TokenizerFiles Read(string folder)
    {
        var tokenizer = new FolderFile(folder, TokenizerName);
        if (!tokenizer.Exists)
        {
            throw tokenizer.Missing("Download it from the same place as the model; tokenizer.model alone is not enough.");
        }

        using (tokenizer.Open(out var length))
        {
            if (length == 0)
            {
                throw tokenizer.Refuse("has 0 bytes", FolderFile.DownloadAgain);
            }
        }

        string? template = null, bos = null, eos = null;
        var source = ConfigName;
        var config = new FolderFile(folder, ConfigName);
        if (config.Exists)
        {
            using var document = JsonFile.Parse(config);
            var root = JsonSection.Root(config, document);
            template = ReadTemplate(root);
            (bos, eos) = (ReadToken(root, "bos_token"), ReadToken(root, "eos_token"));
        }

        var jinja = new FolderFile(folder, JinjaName);
        var json = new FolderFile(folder, JsonName);
        if (jinja.Exists)
        {
            // As in transformers, the separate file outranks the key.
            (template, source) = (Encoding.UTF8.GetString(jinja.ReadAll(MaxTemplateBytes)).TrimStart('\uFEFF'), JinjaName);
        }
        else if (template is null && json.Exists)
        {
            using var document = JsonFile.Parse(json);
            (template, source) = (ReadTemplate(JsonSection.Root(json, document)), JsonName);
        }

        return new TokenizerFiles(template, source, bos, eos);
    }

    /// <summary>A template is a string, or a list of named ones of which "default" is the one for chats.</summary>
    private static string? ReadTemplate(JsonSection root)
    {
        if (root.Find(TemplateKey) is not { ValueKind: JsonValueKind.Array })
        {
            return root.Text(TemplateKey);
        }

        string? first = null;
        foreach (var entry in root.Sections(TemplateKey))
        {
            var template = entry.RequiredText("template");
            first ??= template;
            if (entry.Text("name") == DefaultTemplate)
            {
                return template;
            }
        }

        return first;
    }

    /// <summary>A token is a string, or an object that describes one.</summary>
    private static string? ReadToken(JsonSection root, string key) =>
        root.Find(key) is { ValueKind: JsonValueKind.Object } ? root.Section(key)!.Text("content") : root.Text(key);
}

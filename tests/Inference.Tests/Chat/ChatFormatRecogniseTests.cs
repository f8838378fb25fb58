using Hybrid.Inference.Chat;
using Hybrid.Inference.Folders;

namespace Hybrid.Inference.Tests.Chat;

public sealed class ChatFormatRecogniseTests
{
    private const string File = "chat_template.jinja";

    [Theory]
    [InlineData(SampleTemplates.Phi3Old, "phi-3", "<|end|>")]
    [InlineData(SampleTemplates.Phi35, "phi-3", "<|end|>")]
    [InlineData(SampleTemplates.Phi4Mini, "phi-4-mini", "<|end|>")]
    [InlineData(SampleTemplates.Phi4, "phi-4", "<|im_end|>")]
    [InlineData(SampleTemplates.Qwen25, "qwen2.5", "<|im_end|>")]
    [InlineData(SampleTemplates.Qwen3, "qwen3", "<|im_end|>")]
    [InlineData(SampleTemplates.Llama3, "llama-3", "<|eot_id|>")]
    [InlineData(SampleTemplates.Llama32, "llama-3.1", "<|eot_id|>")]
    public void Recognise_KnownTemplate_TellsNameAndEnd(string template, string name, string stop)
    {
        var format = Recognise(template);

        Assert.Equal(name, format.Name);
        Assert.Contains(stop, format.StopTokens);
        Assert.Contains(format.Name, ChatFormat.KnownNames);
    }

    [Theory]
    [InlineData(SampleTemplates.Zephyr)]
    [InlineData(SampleTemplates.Gemma)]
    [InlineData(SampleTemplates.Mistral)]
    [InlineData(SampleTemplates.DeepSeek)]
    [InlineData(SampleTemplates.ChatMlWithMore)]
    [InlineData(SampleTemplates.ChatMlForgetful)]
    [InlineData("")]
    [InlineData("<|im_start|> but no template")]
    [InlineData("{% for m in messages %}{{ m.content }}{% endfor %}")]
    public void Recognise_UnknownTemplate_ListsTheKnownOnes(string template)
    {
        var exception = Assert.Throws<ModelFolderException>(() => Recognise(template));

        Assert.Equal(File, exception.File);
        Assert.All(ChatFormat.KnownNames, name => Assert.Contains(name, exception.Remedy, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{{ unclosed", "line 1: a tag is not closed")]
    [InlineData("a\n{% for %}", "line 2: a name is expected")]
    [InlineData("{% include 'x' %}", "the tag 'include' is not supported")]
    [InlineData("{% if true %}", "'endif' is expected")]
    [InlineData("{{ messages | dictsort }}", "the filter 'dictsort' is not supported")]
    [InlineData("{% set x = 'aaaaaaaa' %}{% set ns = namespace(x=x) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "the text grows beyond")]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "does not come to an end")]
    [InlineData("{{ ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1)))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))) }}", "nested too deeply")]
    [InlineData("{{ raise_exception('not today') }}", "not today")]
    public void Recognise_BrokenTemplate_SaysWhy(string template, string why)
    {
        var exception = Assert.Throws<ModelFolderException>(() => Recognise(template));

        Assert.Contains(why, exception.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Recognise_NoTemplate_AsksForAName()
    {
        var exception = Assert.Throws<ModelFolderException>(() => Recognise(null));

        Assert.Contains("no chat template", exception.Problem, StringComparison.Ordinal);
        Assert.Contains("phi-4-mini", exception.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Recognise_UnknownName_ListsTheKnownOnes()
    {
        var exception = Assert.Throws<ModelFolderException>(() => Recognise(SampleTemplates.Phi4, "vicuna"));

        Assert.Contains("\"vicuna\"", exception.Problem, StringComparison.Ordinal);
        Assert.Contains("chatml", exception.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PHI_4 mini", "phi-4-mini")]
    [InlineData("Qwen2.5", "qwen2.5")]
    [InlineData("llama3", "llama-3")]
    public void Recognise_NameInOtherSpelling_OverrulesTheTemplate(string configured, string name)
    {
        Assert.Equal(name, Recognise(SampleTemplates.Gemma, configured).Name);
    }

    [Theory]
    [InlineData("system", true, ChatRoleKind.System)]
    [InlineData("Developer", true, ChatRoleKind.System)]
    [InlineData("user", true, ChatRoleKind.User)]
    [InlineData("assistant", true, ChatRoleKind.Assistant)]
    [InlineData("tool", false, default(ChatRoleKind))]
    [InlineData(null, false, default(ChatRoleKind))]
    public void TryParseRole_Name_IsKnownOrNot(string? role, bool known, ChatRoleKind kind)
    {
        Assert.Equal(known, ChatTurn.TryParseRole(role, out var found));
        Assert.Equal(kind, found);
    }

    [Fact]
    public void Recognise_DamagedTemplates_OnlyEverRefuses()
    {
        string[] samples = [SampleTemplates.Phi35, SampleTemplates.Qwen25, SampleTemplates.Qwen3, SampleTemplates.Llama32, SampleTemplates.Gemma];
        var pieces = new[] { "{{", "}}", "{%", "%}", "{#", "'", "\"", "(", ")", "[", "]", ":", "|", ".", "-", "+", "*", "is", "not", "in", "if", "for", "0", "9999999999", "\\", "ns", "loop" };
        var random = new Random(20250307);
        var refused = 0;
        for (var i = 0; i < 500; i++)
        {
            var text = samples[i % samples.Length];
            for (var cuts = random.Next(1, 4); cuts > 0; cuts--)
            {
                var at = random.Next(text.Length);
                var length = Math.Min(random.Next(12), text.Length - at);
                text = text[..at] + (random.Next(2) == 0 ? pieces[random.Next(pieces.Length)] : "") + text[(at + length)..];
            }

            try
            {
                Recognise(text);
            }
            catch (ModelFolderException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 150, 499);
    }

    private static ChatFormat Recognise(string? template, string? name = null) =>
        ChatFormat.Recognise(template, "<s>", "</s>", name, File, new FixedClock());
}

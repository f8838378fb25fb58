using Hybrid.Inference.Chat.Templates;

namespace Hybrid.Inference.Tests.Chat;

/// <summary>Expectations are what Python's Jinja2 3.1 prints with trim_blocks and lstrip_blocks.</summary>
public sealed class JinjaTemplateTests
{
    [Theory]
    [InlineData("{{ s[1:] }} {{ s[:2] }} {{ s[:-1] }} {{ s[-2:] }} {{ s[4:2] }}{{ s[9:] }}{{ s[0] }}", "bcdef ab abcde ef a")]
    [InlineData("{{ items[::-1][0] }}{{ items[-1] }}{{ items[1:]|length }}{{ items[7] }}", "zz2")]
    [InlineData("{{ 1 + 2 * 3 - 4 % 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 - 5 }} {{ 10 - -2 }}", "6 3 -4 2 -3 12")]
    [InlineData("{{ 'a' ~ 1 ~ none }}{{ 'b' 'c' }}{{ [1, 2]|length }}{{ (1, 2, 3)|last }}", "a1Nonebc23")]
    [InlineData("{{ nope is defined }} {{ s is not none }} {{ not s is string }} {{ 3 is odd }} {{ none is none }}", "False True False True True")]
    [InlineData("{{ nope }}|{{ nope or 'x' }}|{{ '' and 'y' }}|{{ 0 or s }}|{{ 'y' if false }}|{{ 'a' if s else 'b' }}", "|x||abcdef||a")]
    [InlineData("{{ 'b' in s }} {{ 'q' not in s }} {{ 1 < 2 and 'a' < 'b' }} {{ 1 == true }} {{ 'x' in items }} {{ 'k' in d }}", "True True True True True True")]
    [InlineData("{{ d.k }}{{ d['k'] }}{{ d.get('q', 'z') }}{{ d.get('k') }}{{ {'a': 1}.a }}", "vvzv1")]
    [InlineData("{{ '  x '|trim }}{{ ' y '.strip() }}{{ '--z-'.lstrip('-') }}{{ '-w--'.rstrip('-') }}", "xyz--w")]
    [InlineData("{{ 'a,b,c'.split(',')|last }}{{ 'aXbX'.replace('X', '-') }}{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith('x') }}", "ca-b-TrueFalse")]
    [InlineData("{{ nope|default('d') }}{{ ''|default('e', true) }}{{ s|length }}{{ items|first }}", "de6x")]
    [InlineData("{% for i in items %}{{ loop.index }}{{ i }}{{ ',' if not loop.last }}{% endfor %}", "1x,2y,3z")]
    [InlineData("{% for i in items if i != 'y' %}{{ loop.index0 }}{{ i }}{{ loop.length }}{% else %}none{% endfor %}", "0x21z2")]
    [InlineData("{% for i in [] %}{% else %}none{% endfor %}{% for k, v in d.items() %}{{ k }}={{ v }}{% endfor %}", "nonek=v")]
    [InlineData("{% set x = 1 %}{% for i in items %}{% set x = 2 %}{% endfor %}{{ x }}", "1")]
    [InlineData("{% set n = namespace(x=1) %}{% for i in items %}{% set n.x = n.x + 1 %}{% endfor %}{{ n.x }}", "4")]
    [InlineData("{% set t %}a{{ s }}{% endset %}{{ t|length }}{% generation %}g{% endgeneration %}", "7g")]
    [InlineData("a  \n  {%- if true -%}  \n b \n {%- endif %}\nc", "abc")]
    [InlineData("  {% if true %}\n  x\n  {% endif %}\ny {# note #}\nz\n", "  x\ny z")]
    [InlineData("  {%+ if true +%}\nx{% endif %}", "  \nx")]
    [InlineData("{{ 'it\\'s \\\"q\\\" \\n\\t\\\\' }}", "it's \"q\" \n\t\\")]
    [InlineData("{{ '%}' }}{{ '}}' }}{{ {'a': {'b': 1}}.a.b }}", "%}}}1")]
    [InlineData("{{ a }}\r\n{{ s }}", "\nabcdef")]
    [InlineData("{% macro m(x, y=1) %}{{ x }}{% endmacro %}ok", "ok")]
    [InlineData("{% if nope %}1{% elif s %}2{% else %}3{% endif %}", "2")]
    public void Render_Construct_PrintsAsJinja(string template, string expected)
    {
        Assert.Equal(expected, Render(template));
    }

    [Theory]
    [InlineData("{{ nope.x }}")]
    [InlineData("{{ s + 1 }}")]
    [InlineData("{{ 1 // 0 }}")]
    [InlineData("{{ s() }}")]
    [InlineData("{{ items }}")]
    [InlineData("{% macro m() %}{% endmacro %}{{ m() }}")]
    [InlineData("{{ f(a=1, a=2) }}")]
    [InlineData("{{ range(-9223372036854775807 - 1) }}")]
    [InlineData("{% set n = namespace(a=[], b=[]) %}{% for i in range(9999) %}{% set n.a = [n.a] %}{% set n.b = [n.b] %}{% endfor %}{{ n.a == n.b }}")]
    public void Render_Impossible_Stops(string template)
    {
        Assert.Throws<JinjaException>(() => Render(template));
    }

    private static string Render(string template)
    {
        var values = new Dictionary<string, object?>
        {
            ["s"] = JinjaText.Typed("abcdef"),
            ["items"] = new List<object?> { JinjaText.Template("x"), JinjaText.Template("y"), JinjaText.Template("z") },
            ["d"] = new Dictionary<string, object?> { ["k"] = JinjaText.Template("v") },
        };
        return JinjaTemplate.Parse(template).Render(values).Value;
    }
}

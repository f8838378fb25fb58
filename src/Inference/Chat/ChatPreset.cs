namespace Hybrid.Inference.Chat;

/// <summary>A format that configuration can name, for folders whose template is missing or wrong.</summary>
internal sealed record ChatPreset(string Name, ChatFamily Family, string Template)
{
    private const string Phi3Template =
        """
        {% for m in messages if m.role != 'system' or m.content %}{{ '<|' + m.role + '|>\n' + m.content + '<|end|>\n' }}{% endfor %}
        {%- if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}
        """;

    private const string Phi4MiniTemplate =
        """
        {% for m in messages %}{{ '<|' + m.role + '|>' + m.content + '<|end|>' }}{% endfor %}
        {%- if add_generation_prompt %}{{ '<|assistant|>' }}{% else %}{{ eos_token }}{% endif %}
        """;

    private const string Phi4Template =
        """
        {% for m in messages %}{{ '<|im_start|>' + m.role + '<|im_sep|>' + m.content + '<|im_end|>' }}{% endfor %}
        {%- if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}
        """;

    private const string ChatMlTemplate =
        """
        {% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}
        {%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
        """;

    private const string Qwen3Template =
        """
        {% set seen = namespace(query=-1) %}
        {% for m in messages %}
        {% if m.role == 'user' and not (m.content.startswith('<tool_response>') and m.content.endswith('</tool_response>')) %}
        {% set seen.query = loop.index0 %}
        {% endif %}
        {% endfor %}
        {% if seen.query < 0 %}{% set seen.query = messages|length - 1 %}{% endif %}
        {% for m in messages %}
        {% set answer = m.content %}
        {% set thought = '' %}
        {% if m.role == 'assistant' and '</think>' in answer %}
        {% set thought = answer.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
        {% set answer = answer.split('</think>')[-1].lstrip('\n') %}
        {% endif %}
        {{- '<|im_start|>' + m.role + '\n' }}
        {%- if m.role == 'assistant' and loop.index0 > seen.query and (loop.last or thought) %}
        {{- '<think>\n' + thought.strip('\n') + '\n</think>\n\n' + answer.lstrip('\n') }}
        {%- else %}
        {{- answer }}
        {%- endif %}
        {{- '<|im_end|>\n' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
        {{- '<|im_start|>assistant\n' }}
        {%- if enable_thinking is false %}{{ '<think>\n\n</think>\n\n' }}{% endif %}
        {%- endif %}
        """;

    private const string Llama3Template =
        """
        {{ bos_token|default('<|begin_of_text|>') }}
        {%- for m in messages %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' + m.content|trim + '<|eot_id|>' }}{% endfor %}
        {%- if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
        """;

    private const string Llama31Template =
        """
        {{ bos_token|default('<|begin_of_text|>') }}
        {{- '<|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\nToday Date: ' }}
        {{- strftime_now('%d %b %Y') + '\n\n' }}
        {%- if messages[0].role == 'system' %}{{ messages[0].content|trim }}{% set messages = messages[1:] %}{% endif %}
        {{- '<|eot_id|>' }}
        {%- for m in messages %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' + m.content|trim + '<|eot_id|>' }}{% endfor %}
        {%- if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
        """;

    /// <summary>The plain member of each family comes before its variations.</summary>
    public static readonly IReadOnlyList<ChatPreset> All =
    [
        new("phi-3", ChatFamily.Phi3, Phi3Template),
        new("phi-4-mini", ChatFamily.Phi4Mini, Phi4MiniTemplate),
        new("phi-4", ChatFamily.Phi4, Phi4Template),
        new("chatml", ChatFamily.ChatMl, ChatMlTemplate),
        new("qwen2", ChatFamily.ChatMl, WithDefaultSystem("You are a helpful assistant.")),
        new("qwen2.5", ChatFamily.ChatMl, WithDefaultSystem("You are Qwen, created by Alibaba Cloud. You are a helpful assistant.")),
        new("qwen3", ChatFamily.ChatMl, Qwen3Template),
        new("llama-3", ChatFamily.Llama3, Llama3Template),
        new("llama-3.1", ChatFamily.Llama3, Llama31Template),
    ];

    /// <summary>Finds a preset by name; case, hyphens, underscores and blanks do not count.</summary>
    public static ChatPreset? Find(string name) => All.FirstOrDefault(preset => Plain(preset.Name) == Plain(name));

    private static string WithDefaultSystem(string text) =>
        $$$"""{%- if messages[0].role != 'system' %}{{ '<|im_start|>system\n{{{text}}}<|im_end|>\n' }}{% endif %}{{{ChatMlTemplate}}}""";

    private static string Plain(string name) => string.Concat(name.Where(c => c is not ('-' or '_' or ' '))).ToUpperInvariant();
}

using System.Text.Json;
using Hybrid.LocalStack.Stack;

namespace Hybrid.LocalStack.Demo;

/// <summary>Reads sample prompts.</summary>
internal static class PromptFile
{
    /// <exception cref="StackException">The file is missing or a line is wrong.</exception>
    public static async Task<IReadOnlyList<DemoPrompt>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new StackException(
                $"'{path}' does not exist. Name a file of lines as {{\"id\":\"1\",\"prompt\":\"…\",\"answer\":\"…\"}} with --prompts.");
        }

        var prompts = new List<DemoPrompt>();
        var number = 0;
        foreach (var line in await File.ReadAllLinesAsync(path, cancellationToken))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                prompts.Add(JsonSerializer.Deserialize(line, DemoJson.Default.DemoPrompt)!);
            }
            catch (JsonException exception)
            {
                throw new StackException($"Line {number} of '{path}' is no sample prompt: {exception.Message}", exception);
            }
        }

        return prompts.Count > 0 ? prompts : throw new StackException($"'{path}' holds no prompt.");
    }
}

namespace Hybrid.LocalStack.Demo;

/// <summary>One line of the sample prompts.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Prompt">The question.</param>
/// <param name="Answer">What a right answer says, to the letter.</param>
internal sealed record DemoPrompt(string Id, string Prompt, string Answer);

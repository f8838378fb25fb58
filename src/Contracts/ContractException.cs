namespace Hybrid.Contracts;

/// <summary>What arrived is no event we know. Trying again does not help.</summary>
/// <param name="field">The field that is wrong, as a JSON path; empty for the whole.</param>
/// <param name="message">What is wrong with it. Never contains a prompt's text.</param>
/// <param name="innerException">Where it came from.</param>
public sealed class ContractException(string field, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The field that is wrong, as a JSON path; empty for the whole.</summary>
    public string Field { get; } = field;
}

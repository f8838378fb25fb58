namespace Hybrid.Inference.Constraints;

/// <summary>A JSON schema is wrong, too large, or asks for what answers cannot be held to; the message names the place and the keyword.</summary>
public sealed class UnsupportedSchemaException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="location">The JSON pointer of the offending keyword or value within the schema; empty for the whole.</param>
    /// <param name="problem">What is wrong with it and how to mend it, as the rest of a sentence without a full stop.</param>
    public UnsupportedSchemaException(string location, string problem)
        : base($"JSON schema, {(string.IsNullOrEmpty(location) ? "root" : location)}: {problem}.")
    {
        Location = location;
        Problem = problem;
    }

    /// <summary>The JSON pointer (RFC 6901) of the offending place within the schema; empty for the whole.</summary>
    public string Location { get; }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }
}

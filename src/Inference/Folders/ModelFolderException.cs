namespace Hybrid.Inference.Folders;

/// <summary>A model folder cannot be used; the message says which file, what is wrong with it and how to mend it.</summary>
/// <remarks>Thrown while a folder is opened and never later, so a caller that has a model need not plan for it.</remarks>
public sealed class ModelFolderException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The offending file or folder, as the user would name it.</param>
    /// <param name="problem">What is wrong, with the offending key or value; no closing full stop.</param>
    /// <param name="remedy">What the user does about it, as a sentence.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public ModelFolderException(string file, string problem, string remedy, Exception? innerException = null)
        : base($"{file}: {problem}. {remedy}", innerException)
    {
        File = file;
        Problem = problem;
        Remedy = remedy;
    }

    /// <summary>The offending file or folder.</summary>
    public string File { get; }

    /// <summary>What is wrong, with the offending key or value.</summary>
    public string Problem { get; }

    /// <summary>What the user does about it.</summary>
    public string Remedy { get; }
}

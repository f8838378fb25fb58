namespace Hybrid.Inference.Constraints.Regular;

/// <summary>A language needs more states than a stranger's schema may cost.</summary>
internal sealed class LanguageTooLargeException() : Exception("The schema needs too many states.");

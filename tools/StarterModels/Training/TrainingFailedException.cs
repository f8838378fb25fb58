namespace Hybrid.StarterModels.Training;

/// <summary>The Python trainer could not be started or did not finish.</summary>
internal sealed class TrainingFailedException(string message, Exception? cause = null) : Exception(message, cause);

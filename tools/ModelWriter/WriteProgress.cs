namespace Hybrid.ModelWriter;

/// <summary>How far writing a folder has come.</summary>
/// <param name="Tensor">The tensor that was written last.</param>
/// <param name="BytesWritten">The bytes of tensor data written so far.</param>
/// <param name="ParametersWritten">The parameters written so far.</param>
public readonly record struct WriteProgress(string Tensor, long BytesWritten, long ParametersWritten);

using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>A request is answered with an error; nothing else was done.</summary>
internal sealed class RequestRefusedException(int status, OpenAIError error) : Exception(error.Message)
{
    public int Status { get; } = status;

    public OpenAIError Error { get; } = error;

    /// <summary>400: a field is wrong.</summary>
    public static RequestRefusedException Field(string param, string message, string code = "invalid_value") =>
        new(StatusCodes.Status400BadRequest, OpenAIErrors.Of(StatusCodes.Status400BadRequest, message, code, param));

    /// <summary>400: a field asks for something that is not there.</summary>
    public static RequestRefusedException Unsupported(string param, string message) => Field(param, message, "unsupported_value");

    /// <summary>Another status.</summary>
    public static RequestRefusedException Of(int status, string message, string? code = null, string? param = null) =>
        new(status, OpenAIErrors.Of(status, message, code, param));
}

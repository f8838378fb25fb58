using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>Says no in the words of the API that was called.</summary>
internal static class Refusal
{
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="title">What it is, in a few words.</param>
    /// <param name="detail">Why, and what to do.</param>
    /// <param name="retryAfter">When to come again; null says nothing.</param>
    public static Task WriteAsync(
        HttpContext context, int status, string title, string detail, TimeSpan? retryAfter = null)
    {
        if (retryAfter is { } after)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return Problems.WriteAsync(context, status, title, detail);
    }
}

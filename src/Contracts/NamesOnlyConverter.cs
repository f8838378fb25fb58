using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.Contracts;

/// <summary>Enums as camel-cased names; numbers are refused, which would otherwise pass for any value, known or not.</summary>
/// <typeparam name="T">The enum.</typeparam>
public sealed class NamesOnlyConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;

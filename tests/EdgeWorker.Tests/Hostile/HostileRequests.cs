using System.Globalization;
using System.Text;

namespace Hybrid.EdgeWorker.Tests.Hostile;

/// <summary>Malformed and hostile requests that follow from a seed alone, a kind after the other.</summary>
internal sealed class HostileRequests(int seed)
{
    private const string Valid = """{"model":"hybrid","messages":[{"role":"user","content":"Which pump?"}],"prompt":"Which pump?","input":"Which pump?"}""";
    private const long HugeBodyBytes = 100L << 20;

    private static readonly string[] Paths =
        ["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses", "/hybrid/prompts"];

    private readonly Random _random = new(seed);

    /// <summary>So many requests; every kind comes about as often as any other, but bodies of 100 MB, which come ten times.</summary>
    public IEnumerable<HostileRequest> Draw(int count)
    {
        Func<HostileRequest>[] kinds =
        [
            Truncated, Deep, HugeNumber, WrongType, InvalidUtf8, HeaderFlood, LongRequestLine, Pipelined, Piecemeal, BadMethod, BadPath, BadVersion, BadHost,
            DuplicateKeys, NulBytes, LoneSurrogate, ContentEncoding, AbsurdOptions, RegexBomb, BadChunks, BadLength, Garbage, NotJson, Smuggled,
            HangsUp, Query, BadId, ManyMessages,
        ];
        for (var number = 0; number < count; number++)
        {
            yield return number % (count / 10) == 0 ? HugeBody(number / (count / 10)) : kinds[number % kinds.Length]();
        }
    }

    private HostileRequest Truncated() => Post("truncated JSON", Valid[.._random.Next(Valid.Length)]);

    private HostileRequest Deep()
    {
        var depth = _random.Next(50, 200_000);
        var (open, close) = _random.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
        var inner = string.Concat(Enumerable.Repeat(open, depth)) + "1" + (_random.Next(2) == 0 ? string.Concat(Enumerable.Repeat(close, depth)) : "");
        return Post("deep nesting", _random.Next(2) == 0 ? inner : $"{{\"messages\":{inner}}}");
    }

    private HostileRequest HugeNumber()
    {
        var number = Pick("1e999", "-1e999", new string('9', 40_000), "1e-999", "0.000" + new string('1', 9_999), "18446744073709551616", "-0", "1E+2147483647");
        return Post("huge numbers", Options(Pick("max_tokens", "seed", "temperature", "n", "maxTokens", "deadlineSeconds", "top_logprobs"), number));
    }

    private HostileRequest WrongType()
    {
        var value = Pick("\"text\"", "true", "null", "[]", "{}", "[[1]]", "3.5", "[null]", "{\"role\":1}", "[{\"role\":\"user\",\"content\":{\"a\":1}}]");
        var field = Pick("model", "messages", "prompt", "input", "stream", "stop", "max_tokens", "temperature", "tools", "response_format", "metadata", "options");
        return Post("wrong type", $"{{\"model\":\"hybrid\",\"{field}\":{value}}}");
    }

    private HostileRequest InvalidUtf8()
    {
        byte[] body = [.. "{\"prompt\":\""u8, .. Bytes(_random.Next(1, 200)), .. "\",\"messages\":[{\"role\":\"user\",\"content\":\""u8, 0xC0, 0xAF, 0xFF, .. "\"}]}"u8];
        return Post("invalid UTF-8", body);
    }

    private HostileRequest HeaderFlood()
    {
        var (count, length) = _random.Next(3) switch { 0 => (500, 20), 1 => (1, 200_000), _ => (63, 4_000) };
        var headers = string.Concat(Enumerable.Range(0, count).Select(number => $"X-Flood-{number}: {new string('f', length)}\r\n"));
        return Raw("header flood", $"POST {Path()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}");
    }

    private HostileRequest LongRequestLine() => Raw("long request line", $"GET /v1/models?{new string('q', _random.Next(8_000, 300_000))} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    private HostileRequest Pipelined()
    {
        var one = Encoding.UTF8.GetString(Request("POST", Path(), Encoding.UTF8.GetBytes(Valid[..20])));
        var many = string.Concat(Enumerable.Repeat(one, _random.Next(2, 40)));
        return Raw("pipelined garbage", many + Encoding.Latin1.GetString(Bytes(_random.Next(1, 500))));
    }

    private HostileRequest Piecemeal()
    {
        // A byte at a time, and at the end either whole or not.
        var bytes = Request("POST", Path(), Encoding.UTF8.GetBytes("{}"));
        var length = _random.Next(2) == 0 ? bytes.Length : _random.Next(1, bytes.Length);
        return new HostileRequest(
            "slow pieces", Enumerable.Range(0, length).Select(at => (ReadOnlyMemory<byte>)bytes.AsMemory(at, 1)), HangUp: length < bytes.Length);
    }

    private HostileRequest BadMethod()
    {
        var method = Pick("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "OPTIONS", "HEAD", "get", "G\u0001T", new string('M', 5_000), "PRI", "");
        return Raw("bad method", $"{method} {Path()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    }

    private HostileRequest BadPath()
    {
        var path = Pick(
            "/../../etc/passwd", "/v1/%2e%2e/%2e%2e/secret", "/v1/models/%00", "/v1/models/%", "/v1/models/%zz", "//", "/v1//models", "*", "http://[", "/\u0001",
            "/hybrid/prompts/%ff%fe", "/v1/models/" + new string('a', 6_000), "/v1/responses/..", "/hybrid/prompts/00000000-0000-0000-0000-000000000000/trace/x");
        return Raw("bad path", $"GET {path} HTTP/{Pick("1.1", "1.0")}\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    private HostileRequest BadVersion() => Raw("bad version", $"GET /v1/models HTTP/{Pick("0.9", "2.0", "3.0", "9.9", "x", "1.10")}\r\nHost: localhost\r\n\r\n");

    private HostileRequest BadHost()
    {
        var host = Pick("Host: evil.example", "Host: ", "Host: a b", "Host: localhost\r\nHost: evil.example", "Host: 127.0.0.1:99999999", "Host: [::1", "X-None: 1", "Host: \u0000");
        return Raw("bad host", $"POST {Path()} HTTP/1.1\r\nConnection: close\r\n{host}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}");
    }

    private HostileRequest DuplicateKeys()
    {
        var count = _random.Next(2, 20_000);
        return Post("duplicate keys", "{" + string.Join(',', Enumerable.Repeat($"\"{Pick("model", "prompt", "messages", "other")}\":\"x\"", count)) + "}");
    }

    private HostileRequest NulBytes() => Post("NUL bytes", _random.Next(2) == 0 ? "{\"prompt\":\"\0\",\"model\":\"\0\"}" : new string('\0', _random.Next(1, 100_000)));

    private HostileRequest LoneSurrogate()
    {
        var text = Pick("\\ud800", "\\udfff", "\\ud83d\\ud83d", "x\\udc00\\ud800", "\\uD83D");
        return Post("lone surrogate", $"{{\"model\":\"hybrid\",\"prompt\":\"{text}\",\"input\":\"{text}\",\"messages\":[{{\"role\":\"user\",\"content\":\"{text}\"}}],\"user\":\"{text}\"}}");
    }

    private HostileRequest ContentEncoding()
    {
        var encoding = Pick("gzip", "br", "deflate", "zstd", "gzip, gzip", "identity", "x");
        return Raw(
            "content encoding",
            $"POST {Path()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Encoding: {encoding}\r\nContent-Length: 10\r\n\r\n"
            + Encoding.Latin1.GetString([0x1f, 0x8b, .. Bytes(8)]));
    }

    private HostileRequest AbsurdOptions()
    {
        var (field, value) = _random.Next(12) switch
        {
            0 => ("max_tokens", Pick("-1", "0", "2147483648", "1.5", "\"9\"")),
            1 => ("stop", $"[{string.Join(',', Enumerable.Repeat("\"s\"", _random.Next(5, 5_000)))}]"),
            2 => ("stop", $"\"{new string('s', 100_000)}\""),
            3 => ("stop", Pick("\"\"", "[\"\"]", "[null]", "[[]]", "{}")),
            4 => ("top_logprobs", Pick("21", "-1", "1e9", "0.5")),
            5 => ("n", Pick("0", "-3", "128", "1e9")),
            6 => ("temperature", Pick("NaN", "-0.1", "1e300", "Infinity", "\"NaN\"")),
            7 => ("top_p", Pick("0", "-1", "2", "NaN")),
            8 => ("logit_bias", "{" + string.Join(',', Enumerable.Range(0, 2_000).Select(token => $"\"{token}\":-100")) + "}"),
            9 => ("metadata", "{" + string.Join(',', Enumerable.Range(0, 2_000).Select(note => $"\"k{note}\":\"v\"")) + "}"),
            10 => ("user", $"\"{new string('u', 200_000)}\""),
            _ => ("seed", Pick("9223372036854775808", "-9223372036854775809", "0.1", "\"1\"")),
        };
        return Post("absurd options", Options(field, value));
    }

    private HostileRequest RegexBomb()
    {
        var pattern = Pick("^(a+)+$", "(.*a){30}", "([a-zA-Z]+)*!", "^((ab)*)*c", "\\\\p{L}{1,1000000}", "(", "a{1000000}", "(?<=a)b", "\\\\1(a)");
        var schema = _random.Next(2) == 0
            ? $"{{\"type\":\"string\",\"pattern\":\"{pattern}\"}}"
            : string.Concat(Enumerable.Repeat("{\"type\":\"object\",\"properties\":{\"a\":", 60)) + "{\"$ref\":\"#\"}" + string.Concat(Enumerable.Repeat("}}", 60));
        return Post(
            "regex bomb",
            $"{{\"model\":\"hybrid\",\"max_tokens\":4,\"messages\":[{{\"role\":\"user\",\"content\":\"a\"}}],\"response_format\":{{\"type\":\"json_schema\",\"json_schema\":{{\"name\":\"x\",\"schema\":{schema}}}}}}}");
    }

    private HostileRequest BadChunks()
    {
        var chunks = Pick("zz\r\n{}\r\n0\r\n\r\n", "-1\r\n{}\r\n", "ffffffffffffffff\r\n{}", "2\r\n{}XX0\r\n\r\n", "2;ext=" + new string('e', 20_000) + "\r\n{}\r\n0\r\n\r\n", "0\r\nTrailer: x\r\n\r\n");
        return Raw("bad chunks", $"POST {Path()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
    }

    private HostileRequest BadLength()
    {
        var length = Pick("-1", "abc", "99999999999999999999", "2, 3", "0x10", "1\r\nContent-Length: 2");
        return Raw("bad length", $"POST {Path()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{{}}");
    }

    private HostileRequest Garbage() => new("garbage", [Bytes(_random.Next(1, 20_000))], HangUp: true);

    private HostileRequest NotJson()
    {
        var type = Pick("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/jsonx", "", ";");
        return Raw("not JSON", $"POST {Path()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {type}\r\nContent-Length: 2\r\n\r\n{{}}");
    }

    private HostileRequest Smuggled() => Raw(
        "smuggling",
        $"POST {Path()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: {Pick("chunked", "chunked, identity", " chunked", "xchunked")}\r\n\r\n"
        + "0\r\n\r\nGET /hybrid/status HTTP/1.1\r\nHost: evil.example\r\n\r\n");

    private HostileRequest HangsUp()
    {
        var bytes = Request("POST", Path(), Encoding.UTF8.GetBytes(Valid.Replace("{\"model\"", "{\"stream\":true,\"model\"", StringComparison.Ordinal)));
        return new HostileRequest("hangs up", [bytes.AsMemory(0, _random.Next(2) == 0 ? bytes.Length : _random.Next(1, bytes.Length))], HangUp: true);
    }

    private HostileRequest Query() => Raw(
        "bad query",
        $"GET /hybrid/prompts?{Pick("most=1e9", "most=-1", "most=99999999999", "state=", "state=%00", "state=answered&state=failed", "most=" + new string('9', 4_000))} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    private HostileRequest BadId() => Raw(
        "bad id",
        $"GET {Pick("/v1/models/", "/hybrid/prompts/", "/v1/responses/", "/v1/chat/completions/")}{Uri.EscapeDataString(Encoding.Latin1.GetString(Bytes(_random.Next(1, 900))))} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    private HostileRequest ManyMessages() => Post(
        "many messages",
        $"{{\"model\":\"hybrid\",\"messages\":[{string.Join(',', Enumerable.Repeat("{\"role\":\"user\",\"content\":\"x\"}", _random.Next(1_025, 60_000)))}]}}");

    /// <summary>100 MB: with their length, without, and one that only promises them.</summary>
    private HostileRequest HugeBody(int number)
    {
        var block = new byte[64 << 10];
        Array.Fill(block, (byte)'x');
        var head = number % 2 == 0 ? $"Content-Length: {HugeBodyBytes}" : "Transfer-Encoding: chunked";
        var start = Encoding.ASCII.GetBytes($"POST {Path()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n{head}\r\n\r\n");
        return new HostileRequest("100 MB", Pieces());

        IEnumerable<ReadOnlyMemory<byte>> Pieces()
        {
            yield return start;
            var size = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{block.Length:x}\r\n"));
            for (var sent = 0L; sent < HugeBodyBytes; sent += block.Length)
            {
                if (number % 2 == 1)
                {
                    yield return size;
                }

                yield return block;
                if (number % 2 == 1)
                {
                    yield return "\r\n"u8.ToArray();
                }
            }
        }
    }

    private string Options(string field, string value) =>
        $"{{\"model\":\"hybrid\",\"{field}\":{value},\"options\":{{\"{field}\":{value}}},\"logprobs\":true,\"input\":\"a\",\"messages\":[{{\"role\":\"user\",\"content\":\"a\"}}]"
        + (_random.Next(2) == 0 ? ",\"prompt\":\"a\"}" : "}");

    private HostileRequest Post(string kind, string body) => Post(kind, Encoding.UTF8.GetBytes(body));

    private HostileRequest Post(string kind, byte[] body) => new(kind, [Request("POST", Path(), body)]);

    private static HostileRequest Raw(string kind, string text) => new(kind, [Encoding.Latin1.GetBytes(text)]);

    private static byte[] Request(string method, string path, byte[] body) =>
    [
        .. Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"),
        .. body,
    ];

    private string Path() => Paths[_random.Next(Paths.Length)];

    private string Pick(params ReadOnlySpan<string> choices) => choices[_random.Next(choices.Length)];

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Sampling;
using Hybrid.ModelWriter;
using Spectre.Console;

namespace Hybrid.Inference.Bench;

/// <summary>The figures of docs/inference.md.</summary>
internal sealed class InferenceBench(ModelGraph graph, DecodeEngine engine, int rounds, int chunk)
{
    private const int Context = 128;
    private const int Tokens = 32;
    private const int PrefixTokens = 1024;
    private const int NewTokens = 16;
    private int _seed;
    private long _mostKeysAndValues;

    public static async Task<int> RunAsync(string shapeName, int rounds, string? folder, int chunk, bool json, CancellationToken cancellationToken)
    {
        var temporary = folder is null ? Directory.CreateTempSubdirectory("hybrid-bench-").FullName : null;
        try
        {
            var path = folder ?? temporary!;
            Write(path, shapeName, cancellationToken);
            using var graph = ModelGraph.Load(ModelFolder.Open(path, cancellationToken), new GraphOptions(1, SpinningMode.Off, 512));
            var options = new EngineOptions(4L << 30, 1L << 30, 8, 64, chunk, 64, 256);
            using var engine = new DecodeEngine(graph, options, TimeProvider.System);
            var results = await new InferenceBench(graph, engine, rounds, chunk).MeasureAsync(path);
            Print(results, json);
            return results.Any(result => result.Holds is false) ? 1 : 0;
        }
        finally
        {
            if (temporary is not null)
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private static ModelShape ShapeOf(string name) => name == "1b"
        ? new ModelShape
        {
            HiddenSize = 2048,
            Layers = 16,
            Heads = 32,
            KeyValueHeads = 8,
            HeadSize = 64,
            FeedForwardSize = 8192,
            VocabularySize = 32064,
            ContextLength = 4096,
            Weights = WeightFormat.Int4,
        }
        : new ModelShape
        {
            HiddenSize = 512,
            Layers = 8,
            Heads = 8,
            KeyValueHeads = 4,
            HeadSize = 64,
            FeedForwardSize = 2048,
            VocabularySize = 8192,
            ContextLength = 4096,
            Weights = WeightFormat.Int4,
        };

    private static void Write(string folder, string shapeName, CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(folder, "SHA256SUMS")))
        {
            return;
        }

        Console.Error.WriteLine($"Writing a random {shapeName} model ...");
        ModelFolderWriter.Write(folder, ShapeOf(shapeName), new RandomWeights(1), SideFiles.TinyByteLevel(), null, cancellationToken);
    }

    private async Task<List<Result>> MeasureAsync(string folder)
    {
        await GenerateAsync(Context, 4);
        // Weights are mapped from the file and come into memory where they are touched: all of them belong to "loaded".
        Machine.TouchMapped("model.onnx.data");
        var loaded = Machine.Resident();
        Machine.ResetPeak();

        var (perToken, bandwidth, readsPerToken) = await SpeedAsync();
        var overhead = await OverheadAsync();
        var allocated = await AllocatedAsync();
        var (prefill, reused) = await PrefixAsync();
        var batch4 = await BatchAsync(4);
        var batch8 = await BatchAsync(8);
        var peak = Machine.Peak();

        // Every matrix is read once per token; of the embedding table, which only Gather reads, a single row.
        var weights = new FileInfo(Path.Combine(folder, "model.onnx.data")).Length - ((long)graph.VocabularySize * HiddenSize(folder) * sizeof(float));
        var keysAndValuesRead = (Context + (Tokens / 2)) * graph.Layout.TokenBytes;
        // ONNX Runtime keeps a matrix packed: beside each block's 16 bytes of weights and its scale lies the float by which it corrects
        // for the weights being unsigned, and a token reads all three (MLAS, qnbitgemm, CompInt8 with block sums): 24 bytes where the file has 20.
        var packed = weights / 20 * 24;
        var keysAndValues = _mostKeysAndValues;
        var logits = (chunk + 8L) * graph.VocabularySize * graph.LogitsElementBytes;

        return
        [
            new("Read bandwidth, one thread", "readBandwidthGBs", bandwidth / 1e9, "GB/s"),
            new("Prefill of 1,024 tokens", "prefillTokensPerS", PrefixTokens / prefill, "tokens/s"),
            new($"Decode at context {Context}", "decodeTokensPerS", 1 / perToken, "tokens/s"),
            new("Decode over a bare IO-binding loop", "overBareLoop", overhead, "", AtMost: 1.02),
            new("Managed allocation per token", "allocatedPerToken", allocated, "B", AtMost: 256),
            new("Bytes read per second over read bandwidth", "bandwidthShare", (packed + keysAndValuesRead) / readsPerToken, "", AtLeast: 0.60),
            new("The same, counting weights as the file has them", "bandwidthShareOfFile", (weights + keysAndValuesRead) / readsPerToken, ""),
            new($"{PrefixTokens} reused + {NewTokens} new over the full prefill", "reusedPrefixShare", reused / prefill, "", AtMost: 0.05),
            new("Batch of 4, aggregate decode over one", "batch4", batch4, "", AtLeast: 1.9),
            new("Batch of 8, aggregate decode over one", "batch8", batch8, "", AtLeast: 2.3),
            new("Peak memory above load + KV + logits", "peakAboveMB", (peak - loaded - keysAndValues - logits) / 1e6, "MB", AtMost: 100),
        ];
    }

    /// <summary>The engine's time per token over the bare loop's.</summary>
    /// <remarks>
    /// After each token of the engine, on its own thread, one token of the bare loop is timed, so that whatever else the machine does
    /// falls on both. Medians over all tokens.
    /// </remarks>
    private async Task<double> OverheadAsync()
    {
        using var bare = new BareLoop(graph, 256);
        bare.Decode(Context, Tokens);
        var (engineTimes, bareTimes) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var ended = 0L;
            var token = 0;
            var sink = new CountingSink(Tokens + 1)
            {
                OnEach = () =>
                {
                    var begin = Stopwatch.GetTimestamp();
                    if (ended != 0)
                    {
                        engineTimes.Add(Stopwatch.GetElapsedTime(ended, begin).TotalSeconds);
                    }

                    bare.Decode(Context + token++, 1);
                    ended = Stopwatch.GetTimestamp();
                    bareTimes.Add(Stopwatch.GetElapsedTime(begin, ended).TotalSeconds);
                },
            };
            await RunAsync(Prompt(Context), Tokens + 1, sink);
        }

        return Median(engineTimes) / Median(bareTimes);
    }

    /// <summary>The engine's time per token, the read bandwidth in bytes per second, and how many bytes are read in the time of one token.</summary>
    /// <remarks>After each token, on its own thread, memory is read once, so that whatever else the machine does falls on both. Medians over all tokens.</remarks>
    private async Task<(double SecondsPerToken, double Bandwidth, double ReadPerToken)> SpeedAsync()
    {
        using var memory = new ReadBuffer();
        memory.Read();
        var (times, rates, products) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var ended = 0L;
            var sink = new CountingSink(Tokens + 1)
            {
                OnEach = () =>
                {
                    var seconds = Stopwatch.GetElapsedTime(ended).TotalSeconds;
                    var rate = memory.Read();
                    if (ended != 0)
                    {
                        times.Add(seconds);
                        rates.Add(rate);
                        products.Add(seconds * rate);
                    }

                    ended = Stopwatch.GetTimestamp();
                },
            };
            await RunAsync(Prompt(Context), Tokens + 1, sink);
        }

        return (Median(times), Median(rates), Median(products));
    }

    private async Task<double> AllocatedAsync()
    {
        var sink = await GenerateAsync(Context, 129);
        return (sink.LastAllocated - sink.FirstAllocated) / 128.0;
    }

    private async Task<(double Full, double Reused)> PrefixAsync()
    {
        var full = new List<double>();
        var reused = new List<double>();
        for (var round = 0; round < Math.Max(3, rounds / 2); round++)
        {
            var prompt = Prompt(PrefixTokens);
            full.Add((await (await RunAsync(prompt, 1)).End).Prefill.TotalSeconds);
            var end = await (await RunAsync([.. prompt, .. Prompt(NewTokens)], 1)).End;
            if (end.ReusedTokens < PrefixTokens)
            {
                throw new InvalidOperationException($"Only {end.ReusedTokens} tokens were reused.");
            }

            reused.Add(end.Prefill.TotalSeconds);
        }

        return (Median(full), Median(reused));
    }

    /// <summary>How many times the tokens per second of one sequence a batch gives, in turns.</summary>
    private async Task<double> BatchAsync(int size)
    {
        var ratios = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var alone = await GenerateAsync(Context, Tokens + 1);
            var one = Tokens / Stopwatch.GetElapsedTime(alone.FirstToken, alone.LastToken).TotalSeconds;

            // Prompts are read one after the other, so the early ones decode longer: what counts is the time all decode together.
            var prompts = Enumerable.Range(0, size).Select(_ => Prompt(Context)).ToArray();
            var sinks = prompts.Select(prompt => Submit(prompt, 2 * Tokens)).ToArray();
            await Task.WhenAll(sinks.Select(sink => sink.End));
            var together = sinks.Max(sink => sink.FirstToken);
            var first = sinks.Min(sink => sink.LastToken);
            var decoded = sinks.Sum(sink => sink.TokensBetween(together, first));
            ratios.Add(decoded / Stopwatch.GetElapsedTime(together, first).TotalSeconds / one);
        }

        return Median(ratios);
    }

    private Task<CountingSink> GenerateAsync(int promptTokens, int tokens) => RunAsync(Prompt(promptTokens), tokens);

    private async Task<CountingSink> RunAsync(int[] prompt, int tokens, CountingSink? sink = null)
    {
        sink = Submit(prompt, tokens, sink);
        await sink.End;
        return sink;
    }

    private CountingSink Submit(int[] prompt, int tokens, CountingSink? sink = null)
    {
        sink ??= new CountingSink(tokens) { OnFirst = WatchMemory, OnLast = WatchMemory };
        engine.Submit(new SequenceRequest(prompt, SamplingOptions.Greedy, new HashSet<int>(), tokens, 0), sink, CancellationToken.None);
        return sink;
    }

    private void WatchMemory()
    {
        var status = engine.Status;
        _mostKeysAndValues = Math.Max(_mostKeysAndValues, status.KvBytes + status.PrefixPoolBytes);
    }

    /// <summary>Random tokens that begin unlike any earlier prompt, so that nothing is reused by accident.</summary>
    private int[] Prompt(int length)
    {
        var random = new Random(++_seed);
        return [_seed, .. Enumerable.Range(1, length - 1).Select(_ => random.Next(graph.VocabularySize))];
    }

    private static int HiddenSize(string folder) =>
        ModelFolder.Open(folder, CancellationToken.None).Config.Decoder.HiddenSize;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Print(List<Result> results, bool json)
    {
        if (json)
        {
            Console.WriteLine(new JsonObject(results.Select(result => KeyValuePair.Create(result.Key, (JsonNode?)Math.Round(result.Value, 4)))).ToJsonString());
            return;
        }

        var table = new Table().AddColumns("figure", "value", "bound", "holds");
        foreach (var result in results)
        {
            var bound = result.AtMost is { } most ? $"≤ {most}" : result.AtLeast is { } least ? $"≥ {least}" : "";
            table.AddRow(
                Markup.Escape(result.Name),
                $"{result.Value.ToString("G4", CultureInfo.InvariantCulture)} {result.Unit}",
                bound,
                result.Holds switch { true => "yes", false => "NO", _ => "" });
        }

        AnsiConsole.Write(table);
    }
}

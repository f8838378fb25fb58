using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Hybrid.EdgeWorker.Api.Access;
using Spectre.Console;

namespace Hybrid.EdgeWorker.Cli;

/// <summary><c>keys</c>: who may talk to the device. Works on the data folder's file, whether a device runs or not.</summary>
internal static class KeysCommand
{
    private const string Description = """
        Make, list and revoke the API keys of a device. They count at once, also in a running device.

          hybrid-edge keys add open-webui
          KEY=$(hybrid-edge keys add line-3 --requests-per-minute 60)
          hybrid-edge keys list --json
          hybrid-edge keys revoke open-webui
        """;

    private const string AddDescription = """
        Make a key. It is written to standard output, once: the device keeps only its hash. Clients send it as Authorization: Bearer KEY.
        """;

    private const int IdBytes = 6;

    public static Command Create(EdgeContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON line.", Recursive = true };
        return new Command("keys", Description) { json, Add(context, json), List(context, json), Revoke(context, json) };
    }

    private static Command Add(EdgeContext context, Option<bool> json)
    {
        var name = new Argument<string>("NAME") { Description = "What to call it: whoever will use it." };
        var rate = new Option<int?>("--requests-per-minute") { Description = "Instead of Api:RequestsPerMinute, 1 to 1000000." };
        rate.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1
                && !(int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= 1_000_000))
            {
                result.AddError($"--requests-per-minute is '{result.Tokens[0].Value}'; it must be a whole number between 1 and 1000000.");
            }
        });
        var command = new Command("add", AddDescription) { name, rate };
        command.SetAction((parsed, cancellationToken) => context.GuardAsync(
            async () =>
            {
                var called = parsed.GetValue(name)!;
                if (KeyFile.WrongName(called) is { } wrong)
                {
                    throw new UsageException(wrong);
                }

                var secret = ApiKeys.NewSecret();
                var key = new ApiKey(
                    $"key-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes))}", called, ApiKeys.HashOf(secret),
                    TimeProvider.System.GetUtcNow(), parsed.GetValue(rate));
                var file = FileOf(context, parsed);
                await file.ChangeAsync(
                    keys => keys.Keys.Any(other => other.IsActive && other.Name == called)
                        ? throw new UsageException($"There is a key called {called} already. Choose another name, or revoke it first: hybrid-edge keys revoke {called}")
                        : keys.With(key),
                    cancellationToken);
                if (parsed.GetValue(json))
                {
                    await context.Output.WriteLineAsync(JsonSerializer.Serialize(new NewKeyLine(key.Id, key.Name, secret), KeysJson.Default.NewKeyLine));
                    return ExitCode.Success;
                }

                await context.Output.WriteLineAsync(secret);
                await context.Error.WriteLineAsync($"{key.Id}, called {key.Name}, is in {file.Path}. The key itself is shown this once.");
                return ExitCode.Success;
            },
            cancellationToken));
        return command;
    }

    private static Command List(EdgeContext context, Option<bool> json)
    {
        var command = new Command("list", "All keys, revoked ones too: prompts still name them as their owners.");
        command.SetAction((parsed, cancellationToken) => context.GuardAsync(
            async () =>
            {
                var keys = FileOf(context, parsed).Read();
                if (parsed.GetValue(json))
                {
                    var lines = keys.Keys.Select(key => new KeyLine(key.Id, key.Name, key.IsActive, key.CreatedAt, key.RevokedAt, key.RequestsPerMinute));
                    await context.Output.WriteLineAsync(JsonSerializer.Serialize(new KeyList([.. lines]), KeysJson.Default.KeyList));
                    return ExitCode.Success;
                }

                var table = new Table().AddColumns("id", "name", "created", "requests/min", "revoked");
                foreach (var key in keys.Keys)
                {
                    table.AddRow(
                        key.Id,
                        Markup.Escape(key.Name),
                        key.CreatedAt.ToString("u", CultureInfo.InvariantCulture),
                        key.RequestsPerMinute?.ToString(CultureInfo.InvariantCulture) ?? "",
                        key.RevokedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "");
                }

                Tables.On(context.Output).Write(table);
                return ExitCode.Success;
            },
            cancellationToken));
        return command;
    }

    private static Command Revoke(EdgeContext context, Option<bool> json)
    {
        var name = new Argument<string>("NAME") { Description = "The key's name or id." };
        var command = new Command("revoke", "Refuse a key from now on. Its prompts stay; nobody but this device's own commands sees them any more.") { name };
        command.SetAction((parsed, cancellationToken) => context.GuardAsync(
            async () =>
            {
                var called = parsed.GetValue(name)!;
                ApiKey? revoked = null;
                await FileOf(context, parsed).ChangeAsync(
                    keys =>
                    {
                        revoked = keys.Keys.FirstOrDefault(key => key.IsActive && (key.Name == called || key.Id == called))
                            ?? throw new CommandFailedException($"There is no active key called {called}. See hybrid-edge keys list.");
                        revoked = revoked with { RevokedAt = TimeProvider.System.GetUtcNow() };
                        return new ApiKeys([.. keys.Keys.Select(key => key.Id == revoked.Id ? revoked : key)]);
                    },
                    cancellationToken);
                await context.Output.WriteLineAsync(parsed.GetValue(json)
                    ? JsonSerializer.Serialize(
                        new KeyLine(revoked!.Id, revoked.Name, false, revoked.CreatedAt, revoked.RevokedAt, revoked.RequestsPerMinute),
                        KeysJson.Default.KeyLine)
                    : $"{revoked!.Id}, called {revoked.Name}, is revoked.");
                return ExitCode.Success;
            },
            cancellationToken));
        return command;
    }

    private static KeyFile FileOf(EdgeContext context, ParseResult parsed) =>
        new(Path.GetFullPath(EdgeContext.Settings(context.Configure(parsed)).Journal.Folder));
}

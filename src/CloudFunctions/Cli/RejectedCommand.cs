using System.CommandLine;

namespace Hybrid.CloudFunctions.Cli;

/// <summary><c>rejected</c>: what an operator does about messages that were put aside.</summary>
internal static class RejectedCommand
{
    private const string Description =
        "Looks after escalations that were put aside: on escalations-rejected and escalations-poison " +
        "(over Service Bus, the dead-letter queue of escalations).\n\n" +
        "  hybrid-cloud rejected list\n" +
        "  hybrid-cloud rejected list --json | jq -r '.[].id'\n" +
        "  hybrid-cloud rejected show 3f9c0a51b2d4\n" +
        "  hybrid-cloud rejected replay 3f9c0a51b2d4";

    private const string ReplayDescription =
        "Sends messages to the queue escalations again.\n\n" +
        "A message whose prompt has a recorded outcome stays where it is: that outcome is final, and its device has been told. " +
        "--discard-outcome takes a recorded failure back and lets the model be asked again, at its price; " +
        "clients of the HTTP API then see the new outcome, " +
        "while a device that has settled the prompt only counts it (there, use 'hybrid-edge prompts retry').\n\n" +
        "  hybrid-cloud rejected replay 3f9c0a51b2d4\n" +
        "  hybrid-cloud rejected replay --all --discard-outcome";

    public static Command Create(string[] settings, TextWriter output, TextWriter error)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON on standard output.", Recursive = true };
        var id = new Argument<string>("ID") { Description = "The message, as 'list' names it." };
        var original = new Option<bool>("--original")
        {
            Description = "Print the original itself, the prompt's text included, and nothing else.",
        };
        var ids = new Argument<string[]>("ID") { Description = "The messages, as 'list' names them.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "All messages." };
        var discard = new Option<bool>("--discard-outcome") { Description = "Take recorded failures back and ask the model again." };

        var list = new Command("list", "Lists the messages.\n\n  hybrid-cloud rejected list --json");
        list.SetAction((result, cancellationToken) =>
            new RejectedSession(settings, result.GetValue(json), output, error).RunAsync(
                session => session.ListAsync(cancellationToken), cancellationToken));

        var show = new Command("show", "Shows one message.\n\n  hybrid-cloud rejected show 3f9c0a51b2d4 --original > escalation.json")
        {
            id, original,
        };
        show.SetAction((result, cancellationToken) => new RejectedSession(settings, result.GetValue(json), output, error).RunAsync(
            session => session.ShowAsync(result.GetValue(id)!, result.GetValue(original)), cancellationToken));

        var replay = new Command("replay", ReplayDescription) { ids, all, discard };
        replay.Validators.Add(result =>
        {
            if (result.GetValue(all) == result.GetValue(ids) is { Length: > 0 })
            {
                result.AddError("Name the messages to replay, or say --all.");
            }
        });
        replay.SetAction((result, cancellationToken) => new RejectedSession(settings, result.GetValue(json), output, error).RunAsync(
            session => session.ReplayAsync(
                result.GetValue(all) ? null : result.GetValue(ids)!, result.GetValue(discard), cancellationToken),
            cancellationToken));

        return new Command("rejected", Description) { json, list, show, replay };
    }
}

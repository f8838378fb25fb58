using System.Text.RegularExpressions;

namespace Hybrid.Architecture.Tests;

/// <summary>Rooms inside a project mention only the rooms they may call.</summary>
public sealed class RoomArrowTests
{
    /// <summary>Project, room, and the rooms of the same project it may name. A room that is not listed may name none.</summary>
    private static readonly Dictionary<(string Project, string Room), string[]> Allowed = new()
    {
        [("EdgeWorker", "Settings")] = [],
        [("EdgeWorker", "Device")] = [],
        [("EdgeWorker", "Models")] = ["Settings"],
        [("EdgeWorker", "Routing")] = [],
        [("EdgeWorker", "Journal")] = [],
        [("EdgeWorker", "Pipeline")] = ["Journal", "Models", "Routing"],
        [("EdgeWorker", "Api")] = ["Device", "Journal", "Models", "Pipeline", "Routing"],
        [("EdgeWorker", "Hosting")] = ["Api", "Device", "Journal", "Models", "Pipeline", "Routing", "Settings"],
        [("EdgeWorker", "Cli")] = ["Api", "Device", "Hosting", "Journal", "Models", "Pipeline", "Routing"],
        [("CloudFunctions", "Settings")] = [],
        [("CloudFunctions", "Diagnostics")] = [],
        [("CloudFunctions", "Models")] = ["Settings"],
        [("CloudFunctions", "Claims")] = ["Settings"],
        [("CloudFunctions", "Answers")] = ["Diagnostics", "Settings"],
        [("CloudFunctions", "Rejections")] = ["Answers", "Diagnostics"],
        [("CloudFunctions", "Escalations")] = ["Answers", "Diagnostics", "Models", "Rejections"],
        [("CloudFunctions", "Results")] = ["Answers", "Diagnostics", "Rejections"],
        [("CloudFunctions", "Api")] = ["Answers", "Diagnostics", "Models", "Settings"],
        [("CloudFunctions", "Hosting")] = ["Answers", "Api", "Claims", "Escalations", "Models", "Rejections", "Results", "Settings"],
        [("CloudFunctions", "Isolated")] = ["Api", "Claims", "Hosting", "Settings"],
        [("CloudFunctions", "Cli")] = ["Answers", "Api", "Claims", "Hosting", "Models", "Rejections", "Settings"],
        [("Inference", "Folders")] = [],
        [("Inference", "Tokenization")] = ["Folders"],
        [("Inference", "Chat")] = ["Folders", "Tokenization"],
        [("Inference", "Constraints")] = ["Tokenization"],
        [("Inference", "Sampling")] = ["Constraints"],
        [("Inference", "Decoding")] = ["Constraints", "Folders", "Sampling"],
        [("Inference", "Answers")] = ["Constraints", "Decoding", "Sampling", "Tokenization"],
        [("Inference", "Embeddings")] = ["Decoding", "Folders", "Tokenization"],
        [("Messaging", "ServiceBus")] = ["Amqp", "DeadLetters"],
        [("Messaging", "Amqp")] = ["DeadLetters"],
        [("Messaging", "Claims")] = ["Storage"],
        [("Messaging", "DeadLetters")] = ["Storage"],
        [("Messaging", "Events")] = ["Claims"],
        [("Messaging", "Storage")] = [],
        [("Messaging", "StorageQueues")] = ["DeadLetters", "Storage"],
    };

    public static TheoryData<string, string> Rooms()
    {
        var rows = new TheoryData<string, string>();
        foreach (var project in Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Order())
        {
            foreach (var room in Directory.EnumerateDirectories(project).Select(path => Path.GetFileName(path)!).Order())
            {
                if (Repository.SourceFiles(Path.Combine("src", Path.GetFileName(project), room)).Any())
                {
                    rows.Add(Path.GetFileName(project), room);
                }
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_Mentions_FollowTheArrows(string project, string room)
    {
        var allowed = Allowed.GetValueOrDefault((project, room), []);
        var rooms = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src", project)).Select(path => Path.GetFileName(path)!).ToHashSet();

        var offenders =
            from file in Repository.SourceFiles(Path.Combine("src", project, room))
            from Match mention in MentionOf(project).Matches(File.ReadAllText(file))
            let target = mention.Groups["room"].Value
            where rooms.Contains(target) && target != room && !allowed.Contains(target)
            select $"{Path.GetRelativePath(Repository.Root, file)} names {target}";

        Assert.Empty(offenders.Distinct());
    }

    [Fact]
    public void MentionOf_UsingOfARoom_IsFound()
    {
        var match = MentionOf("Inference").Match("using Hybrid.Inference.Decoding;");

        Assert.Equal("Decoding", match.Groups["room"].Value);
    }

    private static Regex MentionOf(string project) => new($@"\bHybrid\.{project}\.(?<room>\w+)");
}

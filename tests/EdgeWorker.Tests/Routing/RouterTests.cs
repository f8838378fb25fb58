using System.Reflection;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Routing;

namespace Hybrid.EdgeWorker.Tests.Routing;

/// <summary>Facts in, decision out.</summary>
public sealed class RouterTests
{
    private static readonly PromptFacts Usual = new(
        "hybrid", "small", PromptTokens: 100, LocalContextTokens: 512, CloudReachable: true, WaitOffline: false);
    private static readonly PromptFacts Long = Usual with { PromptTokens = 500 };
    private static readonly PromptFacts Offline = Usual with { CloudReachable = false };
    private static readonly PromptFacts Waiting = Offline with { WaitOffline = true };
    private static readonly PromptFacts Untried = Usual with { CloudReachable = null };
    private static readonly PromptFacts NoModel = Usual with { LocalModel = null, PromptTokens = null, LocalContextTokens = 0 };

    public static TheoryData<string, string, string, string?, string> Decisions() => new()
    {
        // facts, mode, route, model, reason
        { nameof(Usual), "LocalFirst", "Local", "small", "mode" },
        { nameof(Usual), "CloudFirst", "Cloud", "cloud", "mode" },
        { nameof(Usual), "LocalOnly", "Local", "small", "mode" },
        { nameof(Usual), "CloudOnly", "Cloud", "cloud", "mode" },
        { nameof(Untried), "LocalFirst", "Local", "small", "mode" },
        { nameof(Untried), "CloudFirst", "Cloud", "cloud", "mode" },
        { nameof(Long), "LocalFirst", "Cloud", "cloud", "too_long" },
        { nameof(Long), "CloudFirst", "Cloud", "cloud", "too_long" },
        { nameof(Long), "LocalOnly", "", null, "no_route" },
        { nameof(Long), "CloudOnly", "Cloud", "cloud", "mode" },
        { nameof(Offline), "LocalFirst", "Local", "small", "offline" },
        { nameof(Offline), "CloudFirst", "Local", "small", "offline" },
        { nameof(Offline), "LocalOnly", "Local", "small", "mode" },
        { nameof(Offline), "CloudOnly", "", null, "no_route" },
        { nameof(Waiting), "LocalFirst", "Local", "small", "mode" },
        { nameof(Waiting), "CloudFirst", "Cloud", "cloud", "mode" },
        { nameof(Waiting), "CloudOnly", "Cloud", "cloud", "mode" },
        { nameof(NoModel), "LocalFirst", "Cloud", "cloud", "mode" },
        { nameof(NoModel), "LocalOnly", "", null, "no_route" },
    };

    [Theory]
    [MemberData(nameof(Decisions))]
    public void Decide_NotPinned_ConstraintsThenMode(string facts, string mode, string route, string? model, string reason)
    {
        var decision = Decide(Facts(facts), mode);

        Assert.Equal((route, model, reason), (decision.Route?.ToString() ?? "", decision.Model, decision.Reason.Value));
    }

    [Theory]
    [InlineData("LocalFirst", "small", "Local")]
    [InlineData("CloudFirst", "small", "Local")]
    [InlineData("LocalOnly", "small", "Local")]
    [InlineData("CloudOnly", "small", "")]
    [InlineData("LocalFirst", "cloud", "Cloud")]
    [InlineData("CloudOnly", "cloud", "Cloud")]
    [InlineData("LocalOnly", "cloud", "")]
    [InlineData("LocalFirst", "another", "")]
    public void Decide_Pinned_ThatModelOrNone(string mode, string model, string route)
    {
        var decision = Decide(Usual with { Model = model }, mode);

        Assert.Equal(route, decision.Route?.ToString() ?? "");
        Assert.Equal(route.Length == 0 ? "no_route" : "pinned", decision.Reason.Value);
        Assert.Contains(model, decision.Detail, StringComparison.Ordinal);
        Assert.False(decision.CloudAllowed);
    }

    [Fact]
    public void Decide_PinnedCloudOffline_NoRouteUnlessItMayWait()
    {
        Assert.Equal(ReasonCode.NoRoute, Decide(Offline with { Model = "cloud" }, "LocalFirst").Reason);
        Assert.Equal(PromptRoute.Cloud, Decide(Waiting with { Model = "cloud" }, "LocalFirst").Route);
    }

    [Fact]
    public void Decide_NoRoute_DetailNamesEveryConstraint()
    {
        var decision = Decide(Long with { CloudReachable = false }, "LocalFirst");

        Assert.Equal(ReasonCode.NoRoute, decision.Reason);
        Assert.Contains("too_long: 500 tokens", decision.Detail, StringComparison.Ordinal);
        Assert.Contains("offline: the queue cannot be reached", decision.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(Usual), "LocalFirst", true, true)]
    [InlineData(nameof(Offline), "LocalFirst", false, true)]
    [InlineData(nameof(Usual), "LocalOnly", false, true)]
    [InlineData(nameof(Usual), "CloudFirst", true, true)]
    [InlineData(nameof(Long), "CloudFirst", true, false)]
    [InlineData(nameof(Usual), "CloudOnly", true, false)]
    public void Decide_Allowed_SaysWhichRoutesAreLeft(string facts, string mode, bool cloud, bool local)
    {
        var decision = Decide(Facts(facts), mode);

        Assert.Equal((cloud, local), (decision.CloudAllowed, decision.LocalAllowed));
    }

    [Fact]
    public void Decide_LongChore_IsCutRatherThanEscalated()
    {
        var decision = Decide(Long with { Chore = "title" }, "LocalFirst");

        Assert.Equal((PromptRoute.Local, ReasonCode.Chore, "a chore of a chat program (title), cut to fit"), (decision.Route, decision.Reason, decision.Detail));
        Assert.Equal("a chore of a chat program (title)", Decide(Usual with { Chore = "title" }, "LocalFirst").Detail);
    }

    [Theory]
    [InlineData(448, "Local")]
    [InlineData(449, "Cloud")]
    public void Decide_AnswerReserve_IsKeptFree(int tokens, string route) =>
        Assert.Equal(route, Decide(Usual with { PromptTokens = tokens }, "LocalFirst").Route.ToString());

    [Theory]
    [InlineData(0.9, true)]
    [InlineData(1.0, true)]
    [InlineData(0.899, false)]
    [InlineData(null, false)]
    [InlineData(double.NaN, false)]
    public void IsSure_ConfidenceAgainstThreshold(double? confidence, bool sure) =>
        Assert.Equal(sure, new Router(new RoutingOptions { ConfidenceThreshold = 0.9 }).IsSure(confidence));

    [Fact]
    public void Decide_SameFacts_SameDecisionAndNothingToKeepBetweenThem()
    {
        var router = new Router(new RoutingOptions());

        Assert.Equal(router.Decide(Long), router.Decide(Long));
        Assert.All(
            typeof(Router).GetFields(BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public),
            field => Assert.Equal(typeof(RoutingOptions), field.FieldType));
    }

    private static RouteDecision Decide(PromptFacts facts, string mode) =>
        new Router(new RoutingOptions { Mode = Enum.Parse<RouteMode>(mode) }).Decide(facts);

    private static PromptFacts Facts(string name) => name switch
    {
        nameof(Usual) => Usual,
        nameof(Long) => Long,
        nameof(Offline) => Offline,
        nameof(Waiting) => Waiting,
        nameof(Untried) => Untried,
        nameof(NoModel) => NoModel,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}

namespace Hybrid.Messaging;

/// <summary>The transport <c>ServiceBus</c>, if this build has it. The other part of this class comes with <c>PackageSet=Full</c>.</summary>
internal static partial class ServiceBusPart
{
    /// <summary>Whether this build has it.</summary>
    public static bool IsBuilt
    {
        get
        {
            var built = false;
            Tell(ref built);
            return built;
        }
    }

    /// <summary>Makes the transport.</summary>
    /// <returns>Null if this build has none.</returns>
    public static IMessageTransport? Create(IServiceProvider provider)
    {
        IMessageTransport? transport = null;
        Create(provider, ref transport);
        return transport;
    }

    static partial void Tell(ref bool built);

    static partial void Create(IServiceProvider provider, ref IMessageTransport? transport);
}

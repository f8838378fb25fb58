using System.Net;
using System.Net.Sockets;

namespace Hybrid.LocalStack.Stack;

/// <summary>Ports on the loopback address.</summary>
internal static class StackPorts
{
    /// <summary>Makes sure a port is free; takes any free one for 0.</summary>
    /// <param name="port">The port wanted.</param>
    /// <param name="who">For people: what it is for.</param>
    /// <param name="option">The option that chooses another.</param>
    /// <exception cref="StackException">It is in use.</exception>
    public static int Take(int port, string who, string option)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        catch (SocketException exception)
        {
            throw new StackException(
                $"Port {port}, where {who} should listen, is in use or not allowed ({exception.SocketErrorCode}). "
                + $"End the program that has it, or choose another port with {option} N (0 takes a free one).",
                exception);
        }
    }
}

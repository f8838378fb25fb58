using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Hybrid.EdgeWorker.Tests.Hostile;

/// <summary>Sends bytes over a connection of its own and tells what came back.</summary>
internal static partial class HostileClient
{
    /// <summary>An answer's first bytes hold its status; nothing longer than this is kept.</summary>
    private const int MostKept = 256 << 10;

    /// <summary>Sends a request.</summary>
    /// <returns>The statuses that came back, several where requests were pipelined; none if the server closed the connection or the request was given up.</returns>
    public static async Task<IReadOnlyList<int>> SendAsync(Uri address, HostileRequest request, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, address.Port, cancellationToken);
        var answer = new MemoryStream();
        var reading = request.HangUp ? Task.CompletedTask : ReadAsync(socket, answer, cancellationToken);
        try
        {
            foreach (var piece in request.Pieces)
            {
                await socket.SendAsync(piece, SocketFlags.None, cancellationToken);
                if (reading.IsCompleted && !request.HangUp)
                {
                    break;
                }
            }
        }
        catch (SocketException)
        {
            // The server has closed the connection in the middle of it, as it may.
        }

        await reading;
        return [.. Status().Matches(Encoding.Latin1.GetString(answer.ToArray())).Select(match => int.Parse(match.Groups[1].ValueSpan, null))];
    }

    private static async Task ReadAsync(Socket socket, MemoryStream answer, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 << 10];
        try
        {
            while (await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken) is > 0 and var count)
            {
                if (answer.Length < MostKept)
                {
                    await answer.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                }
            }
        }
        catch (SocketException)
        {
            // Reset: also an end.
        }
    }

    [GeneratedRegex(@"HTTP/1\.1 (\d{3}) ")]
    private static partial Regex Status();
}

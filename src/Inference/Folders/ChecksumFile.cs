using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Hybrid.Inference.Folders;

/// <summary>Verifies a folder against its <c>SHA256SUMS</c>, the format that coreutils' <c>sha256sum</c> writes.</summary>
internal static class ChecksumFile
{
    public const string FileName = "SHA256SUMS";

    private const int MaxBytes = 4 * 1024 * 1024;
    private const int BufferBytes = 1024 * 1024;
    private const int HexLength = SHA256.HashSizeInBytes * 2;
    private const string FixLine = "Write each line as 64 hexadecimal digits, two spaces and a bare file name (sha256sum * > SHA256SUMS), or remove the file.";

    /// <summary>Verifies every listed file; false where the folder has no <c>SHA256SUMS</c>.</summary>
    public static bool Verify(string folder, CancellationToken cancellationToken)
    {
        var list = new FolderFile(folder, FileName);
        if (!list.Exists)
        {
            return false;
        }

        var verified = 0;
        var lines = Encoding.UTF8.GetString(list.ReadAll(MaxBytes)).TrimStart('\uFEFF').Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd('\r');
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            VerifyLine(folder, list, line, i + 1, cancellationToken);
            verified++;
        }

        return verified > 0 ? true : throw list.Refuse("lists no file", FixLine);
    }

    private static void VerifyLine(string folder, FolderFile list, string line, int number, CancellationToken cancellationToken)
    {
        if (line.Length < HexLength + 3 || line[HexLength] != ' ' || line[HexLength + 1] is not (' ' or '*')
            || line.AsSpan(0, HexLength).ContainsAnyExcept(HexDigits))
        {
            throw list.Refuse($"line {number} is not a checksum and a file name", FixLine);
        }

        var name = line[(HexLength + 2)..];
        if (!FolderFile.IsPlainName(name))
        {
            throw list.Refuse($"line {number} names \"{name}\"; only files of the folder itself can be listed", FixLine);
        }

        var file = new FolderFile(folder, name);
        if (!file.Exists)
        {
            throw file.Missing($"{FileName} lists it: download it again, or take its line out of {FileName}.");
        }

        if (!HashOf(file, cancellationToken).Equals(line[..HexLength], StringComparison.OrdinalIgnoreCase))
        {
            throw file.Refuse($"differs from its checksum in {FileName}", "The file is damaged or was changed: download it again.");
        }
    }

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static string HashOf(FolderFile file, CancellationToken cancellationToken)
    {
        using var handle = file.Open(out _);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long offset = 0;
            int count;
            while ((count = file.Read(handle, buffer, offset)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
                offset += count;
            }

            return Convert.ToHexString(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

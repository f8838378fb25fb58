using System.Buffers.Binary;
using Hybrid.StarterModels.Corpus;

namespace Hybrid.StarterModels.Tokenizing;

/// <summary>
/// Writes conversations as token ids, so that the trainer needs no tokenizer: <c>NAME.ids</c> (u16), <c>NAME.loss</c> (u8 per id, 1 where
/// the id is to be predicted), <c>NAME.ends</c> (u32 per conversation, one past its last id), <c>NAME.tasks</c> (u8 per conversation, the
/// last turn's task). Little-endian.
/// </summary>
internal sealed class TokenFileWriter : IDisposable
{
    private readonly BytePairTokenizer _tokenizer;
    private readonly IReadOnlyList<string> _tasks;
    private readonly BufferedStream _ids;
    private readonly BufferedStream _loss;
    private readonly BufferedStream _ends;
    private readonly BufferedStream _taskIds;
    private uint _written;

    public TokenFileWriter(string folder, string name, BytePairTokenizer tokenizer, IReadOnlyList<string> tasks)
    {
        _tokenizer = tokenizer;
        _tasks = tasks;
        BufferedStream Open(string extension) => new(File.Create(Path.Combine(folder, $"{name}.{extension}")), 1 << 16);
        _ids = Open("ids");
        _loss = Open("loss");
        _ends = Open("ends");
        _taskIds = Open("tasks");
    }

    public void Write(Conversation conversation)
    {
        if (conversation.System is not null)
        {
            WriteSegment(SpecialTokens.System, conversation.System, learned: false);
        }

        foreach (var turn in conversation.Turns)
        {
            WriteSegment(SpecialTokens.User, turn.Prompt, learned: false);
            WriteSegment(SpecialTokens.Assistant, turn.Answer, learned: true);
        }

        Span<byte> end = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(end, _written);
        _ends.Write(end);
        _taskIds.WriteByte((byte)_tasks.ToList().IndexOf(conversation.Turns[^1].Task));
    }

    public void Dispose()
    {
        _ids.Dispose();
        _loss.Dispose();
        _ends.Dispose();
        _taskIds.Dispose();
    }

    private void WriteSegment(string marker, string text, bool learned)
    {
        WriteToken(_tokenizer.IdOf(marker), learned: false);
        foreach (var id in _tokenizer.Encode(text))
        {
            WriteToken(id, learned);
        }

        WriteToken(_tokenizer.IdOf(SpecialTokens.End), learned);
    }

    private void WriteToken(int id, bool learned)
    {
        _ids.WriteByte((byte)id);
        _ids.WriteByte((byte)(id >> 8));
        _loss.WriteByte(learned ? (byte)1 : (byte)0);
        _written++;
    }
}

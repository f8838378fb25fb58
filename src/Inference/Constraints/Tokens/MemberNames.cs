namespace Hybrid.Inference.Constraints.Tokens;

/// <summary>Follows a JSON text and notices a member whose name its object has already.</summary>
/// <remarks>
/// The grammar cannot remember names it does not know beforehand. Names are compared as they are written, which is enough because
/// constrained answers write them in their shortest form only.
/// </remarks>
internal sealed class MemberNames
{
    // One entry for each open bracket: the names so far, or null within an array.
    private readonly List<Name?> _open;
    private readonly List<bool> _isObject;
    private readonly List<byte> _text = [];
    private bool _inString;
    private bool _escaped;
    private bool _isName;

    public MemberNames()
    {
        _open = [];
        _isObject = [];
    }

    private MemberNames(MemberNames other)
    {
        _open = [.. other._open];
        _isObject = [.. other._isObject];
        _text.AddRange(other._text);
        (_inString, _escaped, _isName) = (other._inString, other._escaped, other._isName);
    }

    /// <summary>A copy that goes its own way.</summary>
    public MemberNames Copy() => new(this);

    /// <summary>Takes a byte of a text that is valid so far.</summary>
    /// <returns>False where it ends a name that the object has already.</returns>
    public bool Take(byte value)
    {
        if (_inString)
        {
            return TakeInString(value);
        }

        switch (value)
        {
            case (byte)'"':
                _inString = true;
                _text.Clear();
                break;
            case (byte)'{' or (byte)'[':
                _open.Add(null);
                _isObject.Add(value == '{');
                _isName = value == '{';
                break;
            case (byte)'}' or (byte)']':
                _open.RemoveAt(_open.Count - 1);
                _isObject.RemoveAt(_isObject.Count - 1);
                _isName = false;
                break;
            case (byte)',':
                _isName = _isObject[^1];
                break;
            case (byte)':':
                _isName = false;
                break;
            default:
                break;
        }

        return true;
    }

    private bool TakeInString(byte value)
    {
        if (value == '"' && !_escaped)
        {
            _inString = false;
            return !_isName || AddName();
        }

        _escaped = value == '\\' && !_escaped;
        if (_isName)
        {
            _text.Add(value);
        }

        return true;
    }

    private bool AddName()
    {
        for (var known = _open[^1]; known is not null; known = known.Next)
        {
            if (known.Text.AsSpan().SequenceEqual(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_text)))
            {
                return false;
            }
        }

        _open[^1] = new Name([.. _text], _open[^1]);
        return true;
    }

    private sealed record Name(byte[] Text, Name? Next);
}

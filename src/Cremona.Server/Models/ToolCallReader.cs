using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Server.Edge;

namespace Cremona.Server.Models;

/// <summary>Reads the calls of an answer while it is written. A grammar has held the text to the form, so nothing is
/// guessed; a text that ends early leaves the last call's arguments unfinished. A JSON answer that begins as a whole
/// call that stands alone is one, whatever other members and white space the answer has behind the arguments. One per
/// answer.</summary>
/// <param name="form">In which the model writes calls.</param>
internal sealed class ToolCallReader(ToolCallForm form)
{
    private readonly StringBuilder _name = new();
    private readonly StringBuilder _arguments = new();
    private string _literal = form.BeforeName;
    private int _literalAt;
    private Part _part = Part.Frame;
    private Part _next = Part.Name; // behind the frame
    private int _idLength;
    private int _depth;
    private bool _isInString;
    private bool _isEscaped;

    private enum Part
    {
        /// <summary>The form's own text around names and arguments.</summary>
        Frame,

        Name,

        Id,

        Arguments,

        End,
    }

    /// <summary>Calls whose name is known.</summary>
    public int Count { get; private set; }

    /// <summary>The pieces that the next text makes.</summary>
    public IReadOnlyList<FunctionCallPiece> Append(string text)
    {
        var pieces = new List<FunctionCallPiece>();
        foreach (char c in text)
        {
            switch (_part)
            {
                case Part.Frame:
                    ReadFrame(c);
                    break;
                case Part.Name:
                    ReadName(c, pieces);
                    break;
                case Part.Id:
                    ReadId();
                    break;
                case Part.Arguments:
                    ReadArguments(c, pieces);
                    break;
            }
        }

        TakeArguments(pieces);
        return pieces;
    }

    private void ReadFrame(char c)
    {
        if (_literal[_literalAt] != c)
        {
            bool isBehind = _next == Part.Name && Count > 0;
            bool ends = isBehind && (form.StandsAlone
                || (_literalAt == form.AfterArguments.Length && form.AfterCalls.StartsWith(c)));
            _part = ends ? Part.End : throw new UnreachableException("A call was written against its grammar.");
            return;
        }

        if (++_literalAt == _literal.Length)
        {
            bool isLast = _next == Part.Name && Count > 0 && form.BetweenCalls is null;
            _part = isLast ? Part.End : _next;
        }
    }

    private void ReadName(char c, List<FunctionCallPiece> pieces)
    {
        if (!form.QuotesName && form.BehindName.StartsWith(c))
        {
            Begin(_name.ToString(), pieces);
            ReadFrame(c);
            return;
        }

        _name.Append(c);
        Step(c);
        if (form.QuotesName && !_isInString)
        {
            Begin(JsonSerializer.Deserialize<string>(_name.ToString())!, pieces);
        }
    }

    private void Begin(string name, List<FunctionCallPiece> pieces)
    {
        pieces.Add(new FunctionCallPiece(Count++, Ids.NewCallId(), name, ""));
        _name.Clear();
        Expect(form.BehindName, form.BeforeId is null ? Part.Arguments : Part.Id);
    }

    /// <summary>The model's own id is not told: the caller's are the platform's.</summary>
    private void ReadId()
    {
        if (++_idLength == ToolCallForm.IdLength)
        {
            _idLength = 0;
            Expect(form.BeforeArguments, Part.Arguments);
        }
    }

    private void ReadArguments(char c, List<FunctionCallPiece> pieces)
    {
        _arguments.Append(c);
        Step(c);
        if (_depth > 0)
        {
            return;
        }

        TakeArguments(pieces);
        Expect(form.AfterArguments + (form.BetweenCalls ?? form.AfterCalls), Part.Name);
    }

    private void TakeArguments(List<FunctionCallPiece> pieces)
    {
        if (_arguments.Length > 0)
        {
            pieces.Add(new FunctionCallPiece(Count - 1, null, null, _arguments.ToString()));
            _arguments.Clear();
        }
    }

    private void Expect(string literal, Part next)
    {
        _next = next;
        _literal = literal;
        _literalAt = 0;
        _part = Part.Frame;
    }

    /// <summary>Keeps track of strings and brackets of JSON.</summary>
    private void Step(char c)
    {
        if (_isInString)
        {
            _isInString = _isEscaped || c != '"';
            _isEscaped = !_isEscaped && c == '\\';
            return;
        }

        _isInString = c == '"';
        _depth += c is '{' or '[' ? 1 : c is '}' or ']' ? -1 : 0;
    }
}

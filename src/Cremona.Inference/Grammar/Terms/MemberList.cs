using System.Numerics;
using System.Text;
using Cremona.Inference.Grammar.Vocabulary;

namespace Cremona.Inference.Grammar.Terms;

/// <summary>The members that an object may have, or the values of an array in which none comes twice. Which of them may
/// come next depends on those that are there; the terms are made when a row gets to them, because their number grows
/// with the subsets of members.</summary>
internal sealed class MemberList
{
    private readonly TermFactory _terms;
    private readonly bool[] _isRequired;
    private readonly int _requiredCount;

    /// <param name="names">In their order, as JSON texts.</param>
    /// <param name="terms">Makes the terms.</param>
    /// <param name="isRequired">[names]</param>
    public MemberList(TermFactory terms, string[] names, bool[] isRequired)
    {
        _terms = terms;
        _isRequired = isRequired;
        _requiredCount = isRequired.Count(flag => flag);
        Names = new TokenTrie(names.Select((name, index) => (Encoding.UTF8.GetBytes(name), index)));
    }

    /// <summary>Names in quotation marks, or values; a number may be the beginning of another.</summary>
    public TokenTrie Names { get; }

    /// <summary>[names], a colon and a value.</summary>
    public required Term[] Values { get; init; }

    /// <summary>A member of another name up to its value; the empty term when there is none.</summary>
    public required Term Other { get; init; }

    /// <summary>What stands between two members.</summary>
    public required Term Comma { get; init; }

    public required MemberOrder Order { get; init; }

    /// <summary>Least number of members.</summary>
    public required int Min { get; init; }

    public required int Max { get; init; }

    /// <summary>The number of members makes a difference.</summary>
    public bool Counts => Min > _requiredCount || Max < (Other == _terms.Empty ? Values.Length : Term.Unbounded);

    public Term Start => _terms.Members(new MemberPlace(this, new MemberState(0, 0, 0, true), TokenTrie.Root));

    /// <summary>Whether an object of these members can be finished, given which values can.</summary>
    public bool IsProductive(Func<Term, bool> isProductive)
    {
        int possible = 0;
        for (int i = 0; i < Values.Length; i++)
        {
            if (isProductive(Values[i])) possible++;
            else if (_isRequired[i]) return false;
        }

        bool isOpen = Other != _terms.Empty && isProductive(Other);
        return _requiredCount <= Max && (isOpen || possible >= Min);
    }

    /// <summary>The object may end.</summary>
    public bool MayEnd(MemberState state) => RequiredLeft(state) == 0 && (!Counts || state.Count >= Min);

    /// <summary>All that may follow, but the end of the object.</summary>
    public Term Continue(MemberState state)
    {
        Term named = CanBegin(state, TokenTrie.Root)
            ? _terms.Name(new MemberPlace(this, state, TokenTrie.Root))
            : _terms.Empty;
        Term next = _terms.Or(named, OtherMember(state));
        return state.IsFirst ? next : _terms.Concat(Comma, next);
    }

    /// <summary>Some member whose name goes through a node of the names may come.</summary>
    public bool CanBegin(MemberState state, int node)
    {
        foreach (int index in Names.TokensFrom(node))
            if (Allows(state, index)) return true;
        return false;
    }

    /// <summary>Some member whose name goes through a node, and on behind it, may come.</summary>
    public bool CanGoOn(MemberState state, int node)
    {
        for (int child = node + 1; child < Names.Ends[node]; child = Names.Ends[child])
            if (CanBegin(state, child)) return true;
        return false;
    }

    /// <summary>What follows a name that may come and is complete at a node; null inside of names.</summary>
    public Term? AfterName(MemberState state, int node)
    {
        ReadOnlySpan<int> ends = Names.TokensAt(node);
        if (ends.IsEmpty || !Allows(state, ends[0])) return null;
        return _terms.Concat(Values[ends[0]], Rest(After(state, ends[0])));
    }

    private Term OtherMember(MemberState state)
    {
        if (Other == _terms.Empty || !Other.IsProductive) return _terms.Empty;
        if (Order == MemberOrder.Listed && RequiredLeft(state) > 0) return _terms.Empty;
        MemberState next = state with { IsFirst = false, Count = Counts ? state.Count + 1 : 0 };
        if (Order == MemberOrder.Listed) next = next with { Next = Values.Length };
        return IsFeasible(next) ? _terms.Concat(Other, Rest(next)) : _terms.Empty;
    }

    private Term Rest(MemberState state) => _terms.Members(new MemberPlace(this, state, TokenTrie.Root));

    private MemberState After(MemberState state, int index) => new(
        Order == MemberOrder.Free ? state.Written | (BigInteger.One << index) : BigInteger.Zero,
        Order == MemberOrder.Listed ? index + 1 : 0,
        Counts ? state.Count + 1 : 0,
        false);

    private bool Allows(MemberState state, int index)
    {
        if (!IsLeft(state, index) || !Values[index].IsProductive) return false;
        if (Order == MemberOrder.Listed)
        {
            for (int before = state.Next; before < index; before++)
                if (_isRequired[before]) return false;
        }

        return !Counts || IsFeasible(After(state, index));
    }

    private bool IsLeft(MemberState state, int index) =>
        Order == MemberOrder.Listed ? index >= state.Next : (state.Written >> index).IsEven;

    /// <summary>Neither too many members must still come nor too few can.</summary>
    private bool IsFeasible(MemberState state)
    {
        if (!Counts) return true;
        if (state.Count + RequiredLeft(state) > Max) return false;
        if (Other != _terms.Empty && Other.IsProductive) return true;

        // In a free order none is ever passed over, so that there are always as many as at the start.
        if (Order == MemberOrder.Free) return true;
        int left = 0;
        for (int i = 0; i < Values.Length; i++)
            if (IsLeft(state, i) && Values[i].IsProductive) left++;
        return state.Count + left >= Min;
    }

    private int RequiredLeft(MemberState state)
    {
        if (_requiredCount == 0) return 0;
        int left = 0;
        for (int i = 0; i < _isRequired.Length; i++)
            if (_isRequired[i] && IsLeft(state, i)) left++;
        return left;
    }
}

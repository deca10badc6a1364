namespace Cremona.Inference.Sampling;

/// <summary>A token that may be drawn. Sorts the most likely first, equals by id.</summary>
internal readonly record struct Candidate(int Token, float Probability) : IComparable<Candidate>
{
    public int CompareTo(Candidate other)
    {
        int order = other.Probability.CompareTo(Probability);
        return order != 0 ? order : Token.CompareTo(other.Token);
    }
}

namespace Cremona.Training.Corpus;

/// <summary>What the embedded model is measured on.</summary>
public enum Skill
{
    /// <summary>Keeps the name, the facts and the style of the system text.</summary>
    Persona,

    /// <summary>Repeats codes, names and numbers exactly.</summary>
    Copying,

    /// <summary>Turns a text into JSON with given keys.</summary>
    Extraction,

    /// <summary>Chooses a function and fills its arguments, or answers without one.</summary>
    Functions,

    /// <summary>Answers from a passage.</summary>
    Passage,

    /// <summary>Says that the passage does not hold the answer.</summary>
    Absent,

    /// <summary>Sorts a text under given labels.</summary>
    Classification,

    /// <summary>Says who speaks a line of a scene.</summary>
    Speakers,

    /// <summary>Adds, subtracts and compares two numbers up to 100.</summary>
    Arithmetic,

    /// <summary>Knows what "her", "it" and "the second one" stand for.</summary>
    Reference,

    /// <summary>Greets, thanks, and says who it is, in the user's language.</summary>
    SmallTalk,
}

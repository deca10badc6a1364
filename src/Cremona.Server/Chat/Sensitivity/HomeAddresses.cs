using System.Text.RegularExpressions;

namespace Cremona.Server.Chat.Sensitivity;

/// <summary>Finds postal addresses of homes by their form, Chinese ones and English ones. No list of places is behind
/// it, so what has the form is found whether it exists or not, and an address in another form is not.</summary>
/// <remarks>Chinese: up to five regions (省, 市, 区, 县, 镇 …), a street or estate (路, 街, 巷, 小区 …) and a number with 号,
/// 弄, 栋 or the like, with building, entrance and room behind it. Without a region a room must follow, or 住, 地址 or
/// 家在 stand before it: 人民路12号 alone may be a shop. English: a house number that is no year, one to four
/// capitalised words, and Street, Road, Avenue or the like, with a flat behind it.</remarks>
internal static partial class HomeAddresses
{
    private const int NameLengthMax = 9; // of the first one, with 住在 or 地址是 before it
    private const int ChineseLengthMax = 80;
    private const int EnglishLengthMax = 160;
    private const string Units = "省市区县旗盟州镇乡村路街道巷弄同里苑园庄厦寓";

    // Words that stand before a place and are in the name of none.
    private const string Name = "[\\u4e00-\\u9fff-[我你他她您的在是了到请寄住去从这那就给号]]";
    private const string Number = "[0-9０-９一二三四五六七八九十百]{1,5}(?:-[0-9]{1,4})?";
    private const string Regions = "(?:" + Name + "{1,6}?(?:省|自治区|市|区|县|旗|盟|州|镇|乡|街道|村)){1,5}";

    private const string Street =
        Name + "{1,6}?(?:路|街|巷|弄|胡同|小区|花园|公寓|大厦|苑|(?<=" + Name + "{2})(?:道|里|村|庄))(?:东|西|南|北|中)?";

    private const string House = Number + "(?:号院|号楼|号|弄|栋|幢|座)";
    private const string Rooms = "(?:[0-9０-９A-Za-z一二三四五六七八九十]{1,5}(?:-[0-9]{1,4})?(?:号楼|号|栋|幢|座|单元|层|楼|室|户))";

    private const string EnglishNumber = "(?<![!#-~])(?!(?:19|20)[0-9]{2} )[0-9]{1,5}[A-Za-z]?";

    /// <summary>The places of addresses in a text.</summary>
    public static Regex.ValueMatchEnumerator Find(ReadOnlySpan<char> text) => Address().EnumerateMatches(text);

    /// <summary>From where on a text may go on as an address that is not whole yet; its length where it
    /// cannot.</summary>
    public static int FindBegun(ReadOnlySpan<char> text)
    {
        int chinese = FindBegunChinese(text);
        int from = Math.Max(0, text.Length - EnglishLengthMax);
        foreach (ValueMatch match in BegunEnglish().EnumerateMatches(text, from)) return Math.Min(chinese, match.Index);
        return chinese;
    }

    /// <summary>The characters that may be the first name of an address.</summary>
    private static int FindBegunChinese(ReadOnlySpan<char> text)
    {
        int start = text.Length;
        int unit = -1;
        while (start > 0 && text.Length - start < ChineseLengthMax && IsOfChinese(text[start - 1]))
        {
            start--;
            unit = Units.Contains(text[start]) ? start : unit;
        }

        int name = unit < 0 ? text.Length : unit;
        for (int i = 0; i < NameLengthMax && name > 0 && IsHan(text[name - 1]); i++) name--;
        bool isIntroduced = text[..name].EndsWith("地址：") || text[..name].EndsWith("地址:");
        return isIntroduced ? name - "地址：".Length : name;
    }

    private static bool IsOfChinese(char c) =>
        IsHan(c) || char.IsAsciiLetterOrDigit(c) || c is '-' or (>= '０' and <= '９');

    private static bool IsHan(char c) => c is >= '\u4e00' and <= '\u9fff';

    [GeneratedRegex(
        Regions + Street + "(?:" + House + "|" + Rooms + ")" + Rooms + "*"
        + "|" + Street + House + Rooms + "+"
        + "|(?<=住|住在|地址|地址是|地址为|地址：|地址:|家在)" + Street + House + Rooms + "*"
        + "|" + EnglishNumber
        + "(?: (?:N|S|E|W|North|South|East|West)\\.?)? (?:[A-Z][a-z'’-]+ |[0-9]{1,3}(?:st|nd|rd|th) ){1,4}"
        + "(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Terrace)(?![A-Za-z])"
        + "(?:\\.?,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|#)\\.? ?[0-9A-Za-z-]{1,5}(?![0-9A-Za-z]))?",
        RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    /// <summary>The beginning of an English address, at the end of a text.</summary>
    [GeneratedRegex(EnglishNumber + "(?:[.,]{0,2} #?[A-Z0-9][A-Za-z0-9.'’-]*){0,8}[.,]{0,2}(?: #?)?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex BegunEnglish();
}

using System.Text.RegularExpressions;

namespace Cremona.Server.Chat.Sensitivity;

/// <summary>Masks postal addresses of homes, Chinese ones and English ones, by their form. No list of places is behind
/// it, so what has the form is found whether it exists or not, and an address in another form is not.</summary>
/// <remarks>Chinese: up to five regions (省, 市, 区, 县, 镇 …), a street or estate (路, 街, 巷, 小区 …) and a number with 号,
/// 弄 or the like, with building, entrance and room behind it. Without a region a room must follow, or 住, 地址 or
/// 家在 stand before it: 人民路12号 alone may be a shop. Words that also count things (座, 户, 层, 栋 …) need digits or a
/// letter, and most of them a room behind: 道路三座桥 and 小区3栋楼 are prose.
/// English: a house number that is no year, one to four capitalised words, and Street, Avenue, Lane or Boulevard,
/// with a flat behind it. Road, Drive, Court and the like, and abbreviations, also stand in names (Abbey Road, Supreme
/// Court, Dr. Smith): they need a flat or a city behind them.</remarks>
internal static partial class HomeAddresses
{
    private const int NameLengthMax = 10; // of the first one, with 住在 or 地址是 before it and half a unit behind it
    private const int ChineseLengthMax = 80;
    private const int EnglishLengthMax = 160;
    private const int TimeoutMilliseconds = 1000; // the patterns need microseconds; what takes longer is no address
    private const string Units = "省市区县旗盟州镇乡村路街道巷弄同里苑园庄厦寓";

    // Words that stand before a place and are in the name of none.
    private const string Name = "[\\u4e00-\\u9fff-[我你他她您的在是了到请寄住去从这那就给号]]";
    private const string Digits = "[0-9０-９]{1,5}(?:-[0-9]{1,4})?";
    private const string Code = "[0-9０-９A-Za-z]{1,5}(?:-[0-9]{1,4})?";
    private const string Numerals = "[一二三四五六七八九十百]{1,5}";
    private const string NumberSign = "号(?:院|楼)?(?!线|桥|选手|文件|工程)";

    private const string Regions = "(?>" + Name + "{1,6}?(?:省|自治区|市|区|县|旗|盟|州|镇|乡|街道|村)){1,5}";

    private const string Street =
        Name + "{1,6}?(?:(?:路|街|巷|弄|胡同|小区|花园|公寓|大厦|苑)(?:东|西|南|北|中)?"
        + "|(?<=" + Name + "{2})(?:道|里|村|庄)(?:东|西|南|北|中)?(?=" + Digits + "[号弄]))";

    private const string House =
        "(?:(?:" + Digits + "|" + Numerals + ")" + NumberSign + "|" + Digits + "弄|[0-9０-９]{3,5}室|[A-Za-z](?:栋|幢|座)"
        + "|" + Code + "(?:栋|幢|座|单元)(?=" + Code + "(?:单元|室|号)))";

    private const string Rooms =
        "(?:" + Code + "(?:" + NumberSign + "|栋|幢|座|单元|层|楼|室|户)|" + Numerals + "(?:" + NumberSign + "|单元|室))";

    private const string EnglishNumber = "(?<![!#-~])(?!(?:19|20)[0-9]{2} )[0-9]{1,5}[A-Za-z]?";
    private const string EnglishName = "(?:(?!The |Wall |Sesame )[A-Z][a-z'’-]+ |[0-9]{1,3}(?:st|nd|rd|th) ){1,4}";

    private const string Flat =
        "(?:\\.?,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|#)\\.? ?"
        + "(?:[0-9]{1,5}[A-Za-z]?|[A-Z][0-9]{0,4})(?:-[0-9A-Za-z]{1,4})?(?![0-9A-Za-z]))";

    // A lower-case word behind it goes on with a sentence: Open Google Drive, Then click.
    private const string City = "\\.?, (?>[A-Z][a-z'’-]+(?: [A-Z][a-z'’-]+){0,2})(?! (?![A-Z0-9]))";

    /// <summary>Fills the places of addresses with <c>*</c>.</summary>
    /// <param name="seen">Where they are looked for.</param>
    /// <param name="text">What is filled; as long as <paramref name="seen"/>.</param>
    public static void Mask(ReadOnlySpan<char> seen, Span<char> text)
    {
        try
        {
            foreach (ValueMatch match in Address().EnumerateMatches(seen))
            {
                text.Slice(match.Index, match.Length).Fill('*');
            }
        }
        catch (RegexMatchTimeoutException)
        {
            // What takes so long is no address.
        }
    }

    /// <summary>From where on a text may go on as an address that is not whole yet; its length where it
    /// cannot.</summary>
    public static int FindBegun(ReadOnlySpan<char> text) => Math.Min(FindBegunChinese(text), FindBegunEnglish(text));

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

    private static int FindBegunEnglish(ReadOnlySpan<char> text)
    {
        try
        {
            int from = Math.Max(0, text.Length - EnglishLengthMax);
            foreach (ValueMatch match in BegunEnglish().EnumerateMatches(text, from)) return match.Index;
        }
        catch (RegexMatchTimeoutException)
        {
            // What takes so long is no address.
        }

        return text.Length;
    }

    private static bool IsOfChinese(char c) =>
        IsHan(c) || char.IsAsciiLetterOrDigit(c) || c is '-' or (>= '０' and <= '９');

    private static bool IsHan(char c) => c is >= '\u4e00' and <= '\u9fff';

    [GeneratedRegex(
        Regions + Street + House + Rooms + "*"
        + "|" + Street + House + Rooms + "+"
        + "|(?<=住|住在|地址|地址是|地址为|地址：|地址:|家在)" + Street + House + Rooms + "*"
        + "|" + EnglishNumber + "(?: (?:N|S|E|W|North|South|East|West)\\.?)? " + EnglishName
        + "(?:(?:Street|Avenue|Lane|Boulevard)(?![A-Za-z])" + Flat + "?"
        + "|(?:Road|Drive|Court|Square|Terrace|St|Ave|Rd|Blvd|Ln|Dr|Ct|Sq)(?:" + Flat + "|(?=" + City + ")))",
        RegexOptions.CultureInvariant, TimeoutMilliseconds)]
    private static partial Regex Address();

    /// <summary>The beginning of an English address, at the end of a text; its last word may go on, and so may the
    /// run of characters behind it.</summary>
    [GeneratedRegex(
        EnglishNumber + "(?:[.,]{0,2} #?(?>[A-Z0-9][A-Za-z0-9.'’-]*)){0,10}(?:[.,]{0,2}(?: #?)?|[!#-;=?-_a-~]*)\\z",
        RegexOptions.CultureInvariant, TimeoutMilliseconds)]
    private static partial Regex BegunEnglish();
}

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
    private const int ChineseLengthMax = 80;
    private const int EnglishLengthMax = 160;
    private const int TimeoutMilliseconds = 1000; // the patterns need microseconds; what takes longer is no address

    // Words that stand before a place and are in the name of none.
    private const string Name = "[\\u4e00-\\u9fff-[我你他她您的在是了到请寄住去从这那就给号们很吗吧呢啊么呀谁啦嘛也没]]";
    private const string Digits = "[0-9０-９]{1,5}(?:-[0-9]{1,4})?";
    private const string Code = "[0-9０-９A-Za-z]{1,5}(?:-[0-9]{1,4})?";
    private const string Numerals = "[一二三四五六七八九十百]{1,5}";
    private const string NumberSign = "号(?:院|楼)?(?!线|桥|选手|文件|工程)";

    private const string Region = "(?>" + Name + "{1,6}?(?:省|自治区|市|区|县|旗|盟|州|镇|乡|街道|村))";
    private const string Regions = Region + "{1,5}";

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

    /// <summary>Marks the places of addresses.</summary>
    /// <param name="text">Where they are looked for.</param>
    /// <param name="from">None begins before it; what stands there is only looked at.</param>
    /// <param name="isMasked">As long as <paramref name="text"/>.</param>
    public static void Mask(ReadOnlySpan<char> text, int from, Span<bool> isMasked)
    {
        try
        {
            foreach (ValueMatch match in Address().EnumerateMatches(text, from))
            {
                isMasked.Slice(match.Index, match.Length).Fill(true);
            }
        }
        catch (RegexMatchTimeoutException)
        {
            // What takes so long is no address.
        }
    }

    /// <summary>From where on a text may go on as an address that is not whole yet; its length where it
    /// cannot. Behind all addresses that nothing which follows can change.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">None begins before it.</param>
    public static int FindBegun(ReadOnlySpan<char> text, int from)
    {
        int begun = FindFirstBegun(text, from);
        try
        {
            foreach (ValueMatch match in Address().EnumerateMatches(text, from))
            {
                if (match.Index >= begun)
                {
                    break;
                }

                int end = match.Index + match.Length;
                begun = end > begun ? FindFirstBegun(text, end) : begun;
            }
        }
        catch (RegexMatchTimeoutException)
        {
            // What takes so long is no address.
        }

        return begun;
    }

    private static int FindFirstBegun(ReadOnlySpan<char> text, int from) =>
        Math.Min(FindBegunChinese(text, from), FindBegunEnglish(text, from));

    private static int FindBegunChinese(ReadOnlySpan<char> text, int from)
    {
        if (text.IsEmpty || !IsOfChinese(text[^1]))
        {
            return text.Length;
        }

        try
        {
            from = Math.Max(from, text.Length - ChineseLengthMax);
            foreach (ValueMatch match in BegunChinese().EnumerateMatches(text, from)) return match.Index;
        }
        catch (RegexMatchTimeoutException)
        {
            // What takes so long is no address.
        }

        return text.Length;
    }

    private static int FindBegunEnglish(ReadOnlySpan<char> text, int from)
    {
        try
        {
            from = Math.Max(from, text.Length - EnglishLengthMax);
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

    /// <summary>The beginning of a Chinese address, at the end of a text: regions; then a name and half the word behind
    /// it, or a street and what may be in its numbers, with half of a word that makes a number none.</summary>
    [GeneratedRegex(
        Region + "{0,5}(?:" + Name + "{0,6}(?:自治?|[胡小花公大街])?"
        + "|" + Name + "{1,6}?(?:路|街|巷|弄|胡同|小区|花园|公寓|大厦|苑|道|里|村|庄)[东西南北中]?"
        + "[0-9０-９A-Za-z一二三四五六七八九十百号弄室栋幢座单元院楼层户-]*[选文工]?)\\z",
        RegexOptions.CultureInvariant, TimeoutMilliseconds)]
    private static partial Regex BegunChinese();

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
        EnglishNumber + "(?:[.,]{0,2} (?:#\\.? ?)?(?>[A-Z0-9][A-Za-z0-9.'’-]*)){0,10}(?:[.,]{0,2}(?: (?:#\\.? ?)?)?|[!#-;=?-_a-~]*)\\z",
        RegexOptions.CultureInvariant, TimeoutMilliseconds)]
    private static partial Regex BegunEnglish();
}

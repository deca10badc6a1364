using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Cremona.Tidy.Tests;

/// <summary>Renders <c>docs/reference/configuration.md</c> from the options classes of the server and the
/// engine.</summary>
internal static partial class ConfigurationReference
{
    private static readonly Assembly[] Assemblies =
        [typeof(Server.ServerProgram).Assembly, typeof(Inference.Scheduling.EngineOptions).Assembly];

    public static string Render()
    {
        StringBuilder page = new();
        page.Append("""
            # Configuration

            Generated from the options classes; a test fails when this page and the code differ.
            Each value can be given in `appsettings.json` (`"Section": { "Name": value }`), as an environment variable
            (`CREMONA_Section__Name=value`) or on the command line of `cremona serve` (`--set Section:Name=value`).
            A setting that is unknown or out of range stops the start, which says which one it is.

            """.ReplaceLineEndings("\n"));
        foreach (Type options in OptionsTypes())
        {
            AppendSection(page, options);
        }

        return page.ToString();
    }

    public static IEnumerable<Type> OptionsTypes() => Assemblies
        .SelectMany(assembly => assembly.GetExportedTypes())
        .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && Section(type) is not null)
        .OrderBy(type => type.Name, StringComparer.Ordinal);

    private static void AppendSection(StringBuilder page, Type options)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {Section(options)}\n\n{Summary(options, $"T:{options.FullName}")}\n\n");
        page.Append("| name | default | range | meaning |\n| --- | --- | --- | --- |\n");
        object instance = Activator.CreateInstance(options)!;
        foreach (PropertyInfo property in options.GetProperties().Where(property => property.CanWrite))
        {
            string meaning = Summary(options, $"P:{options.FullName}.{property.Name}");
            page.Append(CultureInfo.InvariantCulture,
                $"| {property.Name} | {Default(property.GetValue(instance))} | {Range(property)} | {meaning} |\n");
        }
    }

    private static string? Section(Type options) => options.GetField("Section")?.GetRawConstantValue() as string;

    private static string Default(object? value) => value switch
    {
        null or "" => "",
        string text => $"`{text}`",
        bool flag => flag ? "`true`" : "`false`",
        IEnumerable items => $"{items.Cast<object>().Count()} entries",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => $"`{value}`",
    };

    private static string Range(PropertyInfo property) => property.GetCustomAttribute<RangeAttribute>() is { } range
        ? string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}")
        : property.GetCustomAttribute<RequiredAttribute>() is null ? "" : "required";

    private static string Summary(Type options, string member)
    {
        XDocument documentation = XDocument.Load(Path.ChangeExtension(options.Assembly.Location, ".xml"));
        XElement? summary = documentation.Descendants("member")
            .FirstOrDefault(element => element.Attribute("name")!.Value == member)?.Element("summary");
        return summary is null
            ? throw new InvalidOperationException($"{member} has no documentation; the page is made from it.")
            : Space().Replace(PlainText(summary), " ").Trim();
    }

    private static string PlainText(XElement summary) => string.Concat(summary.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement reference => $"`{(reference.Attribute("cref") ?? reference.Attribute("name"))?.Value.Split('.')[^1]}`",
        _ => "",
    }));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}

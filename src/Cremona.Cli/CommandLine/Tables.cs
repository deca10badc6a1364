using System.Globalization;
using Spectre.Console;

namespace Cremona.Cli.CommandLine;

/// <summary>The one look of all lists: a table on a terminal, padded columns that are never cut or wrapped in a
/// pipe.</summary>
public static class Tables
{
    private const string Gap = "  ";

    /// <param name="terminal">Where to print.</param>
    /// <param name="columns">The heads.</param>
    /// <param name="rows">As many cells each as there are heads.</param>
    public static void Print(Terminal terminal, string[] columns, IEnumerable<string[]> rows)
    {
        if (terminal.IsInteractive)
        {
            Draw(terminal.Screen, columns, rows);
            return;
        }

        List<string[]> lines = [columns, .. rows];
        int[] widths = [.. columns.Select((_, column) => lines.Max(line => line[column].Length))];
        foreach (string[] line in lines)
        {
            IEnumerable<string> cells = line.Select((cell, column) => cell.PadRight(widths[column]));
            terminal.Out.WriteLine(string.Join(Gap, cells).TrimEnd());
        }
    }

    /// <summary>Times are shown in UTC, to the second.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void Draw(IAnsiConsole screen, string[] columns, IEnumerable<string[]> rows)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)));
        }

        foreach (string[] row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        screen.Write(table);
    }
}

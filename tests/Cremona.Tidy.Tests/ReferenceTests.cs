using Cremona.Protocol.Errors;

namespace Cremona.Tidy.Tests;

/// <summary>Generated pages. Run the tests with <c>CREMONA_UPDATE_DOCS=1</c> to write them anew.</summary>
public class ReferenceTests
{
    [Fact]
    public void ConfigurationPage_IsInStepWithTheOptions() =>
        ShouldMatch("docs/reference/configuration.md", ConfigurationReference.Render());

    [Fact]
    public void ErrorPage_IsInStepWithTheCatalogue() =>
        ShouldMatch("docs/reference/errors.md", ErrorReference.Render());

    [Fact]
    public void NumericOptions_HaveARange()
    {
        IEnumerable<string> faults =
            from type in ConfigurationReference.OptionsTypes()
            from property in type.GetProperties()
            where property.CanWrite && (property.PropertyType == typeof(int) || property.PropertyType == typeof(long)
                || property.PropertyType == typeof(double) || property.PropertyType == typeof(TimeSpan))
            where !property.IsDefined(typeof(System.ComponentModel.DataAnnotations.RangeAttribute), inherit: false)
            select $"{type.Name}.{property.Name}";
        faults.ShouldBeEmpty();
    }

    private static void ShouldMatch(string path, string expected)
    {
        if (Environment.GetEnvironmentVariable("CREMONA_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, path), expected);
        }

        Repository.Read(path).ShouldBe(expected);
    }
}

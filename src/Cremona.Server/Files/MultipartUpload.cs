using System.Runtime.CompilerServices;
using Cremona.Server.Edge;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Cremona.Server.Files;

/// <summary>Reads a multipart body part by part, never holding more than a buffer of it.</summary>
public static class MultipartUpload
{
    private const int BoundaryCharactersMax = 200;

    /// <exception cref="ApiException">2013: it is not multipart/form-data, broken, or has too many parts.</exception>
    public static async IAsyncEnumerable<UploadPart> StreamPartsAsync(
        HttpRequest request, int partsMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(FindBoundary(request), request.Body);
        for (int count = 0; await ReadSectionAsync(reader, cancellationToken) is { } section; count++)
        {
            if (count == partsMax)
            {
                throw ApiException.InvalidParameters($"multipart body has more than {partsMax} parts");
            }

            if (section.GetContentDispositionHeader() is { } disposition)
            {
                yield return new UploadPart(
                    HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), FindFileName(disposition),
                    new PartStream(section.Body));
            }
        }
    }

    private static string FindBoundary(HttpRequest request)
    {
        string boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            && type.MediaType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase)
            ? HeaderUtilities.RemoveQuotes(type.Boundary).ToString()
            : "";
        return boundary.Length is > 0 and <= BoundaryCharactersMax
            ? boundary
            : throw ApiException.InvalidParameters("the request body must be multipart/form-data with a boundary");
    }

    private static async Task<MultipartSection?> ReadSectionAsync(
        MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception fault) when (PartStream.IsBrokenForm(fault))
        {
            throw PartStream.BrokenForm();
        }
    }

    /// <summary>Some clients send a whole path.</summary>
    private static string? FindFileName(ContentDispositionHeaderValue disposition)
    {
        string name = HeaderUtilities.RemoveQuotes(
            disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).ToString();
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        string clean = string.Concat(name.Where(c => !char.IsControl(c)));
        return clean.Length > 0 ? clean : null;
    }
}

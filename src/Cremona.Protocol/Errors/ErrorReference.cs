using System.Globalization;
using System.Text;

namespace Cremona.Protocol.Errors;

/// <summary>Renders <c>docs/reference/errors.md</c> from the catalogue.</summary>
public static class ErrorReference
{
    private const string Head = """
        # Errors

        Every JSON answer carries `base_resp` with a `status_code` and a `status_msg`. Success is 0. The platform's own
        endpoints answer errors with HTTP 200, because several clients drop any other body; `Edge:UseHttpStatuses`
        switches the HTTP statuses below on. OpenAI-shaped endpoints always use them, with the error object
        `{"type":"error","error":{"type","message","http_code"},"request_id"}`.

        An unknown route is HTTP 404 and a wrong method HTTP 405, both with code 2013. Every answer carries a
        `Trace-Id`; where the text is hidden, the server's log has the cause under that id.

        This page is generated from `ApiErrorCatalogue`.

        | code | HTTP | `error.type` | retry | `status_msg` | meaning |
        | --- | --- | --- | --- | --- | --- |

        """;

    public static string Render()
    {
        var page = new StringBuilder(Head);
        foreach (ApiErrorEntry entry in ApiErrorCatalogue.Entries)
        {
            string retry = entry.IsRetryable ? "yes" : "no";
            page.Append(
                CultureInfo.InvariantCulture,
                $"| {(int)entry.Error} | {entry.HttpStatus} | `{entry.OpenAIType}` | {retry} ");
            page.Append(CultureInfo.InvariantCulture, $"| `{entry.DefaultText}` | {entry.Meaning} |\n");
        }

        return page.ToString();
    }
}

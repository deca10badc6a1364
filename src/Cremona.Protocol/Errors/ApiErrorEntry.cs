namespace Cremona.Protocol.Errors;

/// <summary>One row of the error catalogue.</summary>
/// <param name="Error">The code.</param>
/// <param name="HttpStatus">Status on OpenAI-shaped routes, and everywhere when real HTTP statuses are switched
/// on.</param>
/// <param name="IsRetryable">Whether the same request may succeed later.</param>
/// <param name="DefaultText">The <c>status_msg</c> when there is nothing more to say.</param>
/// <param name="OpenAIType">The <c>error.type</c> of the OpenAI-shaped error object.</param>
/// <param name="Meaning">For the reference page.</param>
public sealed record ApiErrorEntry(
    ApiError Error, int HttpStatus, bool IsRetryable, string DefaultText, string OpenAIType, string Meaning);

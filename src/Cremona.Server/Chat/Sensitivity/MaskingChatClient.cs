using System.Runtime.CompilerServices;
using Cremona.Server.Models;
using Microsoft.Extensions.AI;
using AIChatOptions = Microsoft.Extensions.AI.ChatOptions;

namespace Cremona.Server.Chat.Sensitivity;

/// <summary>Masks sensitive text in what the client below answers.</summary>
/// <param name="inner">The client.</param>
/// <param name="isJson">It answers in JSON, which stays well-formed; null where each answer tells by its beginning.</param>
internal sealed class MaskingChatClient(IChatClient inner, bool? isJson) : DelegatingChatClient(inner)
{
    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, AIChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, AIChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var masker = new SensitiveTextMasker(isJson);
        IAsyncEnumerable<ChatResponseUpdate> updates =
            base.GetStreamingResponseAsync(messages, options, cancellationToken);
        await foreach (ChatResponseUpdate update in updates)
        {
            string text = masker.Append(update.Text);

            // What was said before a call is told before it.
            if (update.FinishReason is not null || update.Contents.OfType<FunctionCallPiece>().Any())
            {
                text += masker.Flush();
            }

            AIContent[] others = [.. update.Contents.Where(content => content is not TextContent)];
            if (text.Length > 0 || others.Length > 0 || update.FinishReason is not null)
            {
                ChatResponseUpdate masked = update.Clone();
                masked.Contents = text.Length > 0 ? [new TextContent(text), .. others] : [.. others];
                yield return masked;
            }
        }
    }
}

using Cremona.Server.Chat.Sensitivity;
using Cremona.Server.Models;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Tests.Chat.Sensitivity;

public class MaskingChatClientTests
{
    [Fact]
    public async Task HeldText_IsToldBeforeACall()
    {
        var end = new FunctionCallPiece(0, null, null, "}");
        ChatResponseUpdate[] updates =
        [
            new(ChatRole.Assistant, "mail a@b.com"),
            new(ChatRole.Assistant, [new FunctionCallPiece(0, "call_1", "send", "{")]),
            new(ChatRole.Assistant, [end]) { FinishReason = ChatFinishReason.Stop },
        ];
        var client = new MaskingChatClient(new FixedChatClient(updates), isJson: false);

        List<AIContent> told = [];
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync([], null, CancellationToken.None))
        {
            told.AddRange(update.Contents);
        }

        string.Concat(told.TakeWhile(content => content is TextContent)).ShouldBe("mail *******");
        told.SkipWhile(content => content is TextContent).Count().ShouldBe(2);
        told[^1].ShouldBe(end);
    }

    private sealed class FixedChatClient(ChatResponseUpdate[] updates) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
            updates.ToAsyncEnumerable();

        public object? GetService(Type serviceType, object? serviceKey) => null;

        public void Dispose()
        {
        }
    }
}

using Cremona.Server.Chat.Sensitivity;
using Cremona.Server.Chat.WebSearch;
using Cremona.Server.Settings;

namespace Cremona.Server.Chat;

/// <summary>Registers the chat interfaces.</summary>
public static class ChatServices
{
    public static IServiceCollection AddChat(this IServiceCollection services)
    {
        services.AddSettings<ChatOptions>(ChatOptions.Section);
        services.AddSettings<SensitiveWordsOptions>(SensitiveWordsOptions.Section);
        services.AddSettings<WebSearchOptions>(WebSearchOptions.Section);
        services.AddSingleton<SensitiveWords>();
        services.AddSingleton<IWebSearch, SearxngWebSearch>();
        services.AddSingleton<ChatClients>();
        services.AddSingleton<ChatService>();
        return services;
    }
}

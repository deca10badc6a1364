using Cremona.Server.Chat.Sensitivity;
using Cremona.Server.Chat.WebSearch;

namespace Cremona.Server.Chat;

/// <summary>Registers the chat interfaces.</summary>
public static class ChatServices
{
    public static IServiceCollection AddChat(this IServiceCollection services)
    {
        services.AddOptions<ChatOptions>().BindConfiguration(ChatOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SensitiveWordsOptions>().BindConfiguration(SensitiveWordsOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<WebSearchOptions>().BindConfiguration(WebSearchOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SensitiveWords>();
        services.AddSingleton<IWebSearch, SearxngWebSearch>();
        services.AddSingleton<ChatClients>();
        services.AddSingleton<ChatService>();
        return services;
    }
}

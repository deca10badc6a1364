using System.Text.Json;
using System.Text.Json.Nodes;
using Cremona.Inference.Templates;
using Cremona.Server.Tests.Models;

namespace Cremona.Server.Tests.Chat;

/// <summary>What each documented field of the four request tables does: accepted (null), or refused with a text that
/// names the field, the reason and, where the documented text leaves room, the remedy.</summary>
public sealed class ChatFieldTests(ChatFieldTests.SharedServer shared) : IClassFixture<ChatFieldTests.SharedServer>
{
    private const string Cc = "/v1/text/chatcompletion";
    private const string Ccp = "/v1/text/chatcompletion_pro";
    private const string V2 = "/v1/text/chatcompletion_v2";
    private const string Alias = "/v1/chat/completions";

    private const string Remedy = "; change the schema, or name keywords to ignore in relaxed_keywords";
    private const string Absent = " is not available on this server; leave it out";
    private const string WrongType = ", cause=parameter type does not match binding data";
    private const string Missing = ", cause=missing required parameter";

    private static readonly Dictionary<string, string> Bodies = new()
    {
        [Cc] = """{"model":"abab5.5s-chat","prompt":"p","messages":[{"sender_type":"USER","text":"who?"}]}""",
        [Ccp] = """
            {"model":"abab5.5-chat","bot_setting":[{"bot_name":"MM","content":"x"}],
             "reply_constraints":{"sender_type":"BOT","sender_name":"MM"},
             "messages":[{"sender_type":"USER","sender_name":"u","text":"who?"}]}
            """,
        [V2] = """{"model":"abab6-chat","messages":[{"role":"user","content":"who?"}]}""",
        [Alias] = """{"model":"abab6-chat","messages":[{"role":"user","content":"who?"}]}""",
    };

    /// <summary>The request tables, and what OpenAI's clients send beside them.</summary>
    private static readonly Dictionary<string, string> Documented = new()
    {
        [Cc] = "model prompt role_meta messages stream use_standard_sse beam_width tokens_to_generate temperature top_p seed "
            + "skip_info_mask continue_last_message with_emotion knowledge_base_param",
        [Ccp] = "model stream tokens_to_generate temperature top_p seed mask_sensitive_info messages bot_setting "
            + "reply_constraints sample_messages functions function_call plugins knowledge_base_param relaxed_keywords",
        [V2] = "model messages stream max_tokens max_completion_tokens temperature top_p seed n stop presence_penalty "
            + "frequency_penalty logprobs top_logprobs logit_bias mask_sensitive_info tools tool_choice parallel_tool_calls "
            + "functions function_call response_format stream_options relaxed_keywords",
    };

    /// <summary>Texts of the platform's documentation, which say less.</summary>
    private static readonly string[] DocumentedTexts =
    [
        "binding: expr_path=", "unsupported model: ", "chat content is empty", "chat content has invalid message role: ",
        "messages中sender_name、sender_type不能为空", "glyph definition format error: ", "max_tokens type error",
        "invalid function arguments json string, ", "prompt can not be empty",
    ];

    /// <summary>Words by which a text says what to do.</summary>
    private static readonly string[] Remedies =
        [" must be ", " must not ", "leave ", "; send ", "; give ", "; change ", " exceed ", " may have "];

    /// <summary>Interfaces, the fields that are set over the body, and the refusal.</summary>
    public static TheoryData<string[], string, string?> Fields
    {
        get
        {
            string[] all = [Cc, Ccp, V2, Alias], persona = [Cc, Ccp], roles = [V2, Alias];
            var rows = new TheoryData<string[], string, string?>();
            Add(all, """{"model":null}""", "binding: expr_path=model" + Missing);
            Add(all, """{"model":"abab9-chat"}""", "unsupported model: abab9-chat");
            Add(
                all, $$"""{"model":"{{new string('m', 201)}}"}""",
                "model has 201 characters; a model name may have at most 200");
            Add([Cc], """{"model":"abab6-chat"}""", "unsupported model: abab6-chat");
            Add(all, """{"messages":null}""", "binding: expr_path=messages" + Missing);
            Add(all, """{"messages":[]}""", "chat content is empty");
            Add(all, """{"messages":"x"}""", "binding: expr_path=messages" + WrongType);
            Add(all, """{"stream":"perhaps"}""", "binding: expr_path=stream" + WrongType);
            Add(all, """{"temperature":0,"top_p":0,"seed":0,"stream":null,"trace_id":"!1","unknown":{"a":1}}""", null);
            Add(all, """{"temperature":1.5}""", "temperature must be in (0,1]");
            Add(all, """{"temperature":"warm"}""", "binding: expr_path=temperature" + WrongType);
            Add(all, """{"top_p":-1}""", "top_p must be in (0,1]");
            Add(all, """{"seed":18446744073709551616}""", "binding: expr_path=seed" + WrongType);

            Add(persona, """{"tokens_to_generate":"64"}""", null);
            Add([Cc], """{"tokens_to_generate":8193}""", "tokens_to_generate must be in (0,8192]");
            Add([Ccp], """{"tokens_to_generate":16385}""", "tokens_to_generate must be in (0,16384]");
            Add([Ccp], """{"tokens_to_generate":-1}""", "tokens_to_generate must be in (0,16384]");
            Add([Ccp], """{"tokens_to_generate":400}""",
                "prompt tokens 16 + tokens_to_generate 400 exceed the context of 400 tokens of model abab5.5-chat");
            Add(persona, """{"knowledge_base_param":{"knowledge_base_id":1}}""", "knowledge_base_param" + Absent);
            Add(persona, """{"knowledge_base_param":null}""", null);

            Add([Cc], """{"prompt":""}""", "prompt can not be empty");
            Add([Cc], """{"prompt":null,"role_meta":null}""", null);
            Add([Cc], """{"role_meta":{"user_name":"U","bot_name":"B"}}""", null);
            Add([Cc], """{"role_meta":"B"}""", "binding: expr_path=role_meta" + WrongType);
            Add([Cc], """{"messages":[{"sender_type":"USER","sender_name":"extra","text":"who?"}]}""", null);
            Add([Cc], """{"messages":[{"sender_type":"FUNCTION","text":"x"}]}""",
                "messages[0].sender_type must be USER or BOT");
            Add([Cc], """{"messages":[{"text":"x"}]}""", "binding: expr_path=messages[0].sender_type" + Missing);
            Add([Cc], """{"use_standard_sse":true,"skip_info_mask":true,"continue_last_message":true}""", null);
            Add([Cc], """{"model":"abab5.5-chat","continue_last_message":true}""",
                "model abab5.5-chat does not support continue_last_message; leave it out");
            Add([Cc], """{"beam_width":3}""", null);
            Add([Cc], """{"beam_width":2,"stream":true}""", null);
            Add([Cc], """{"beam_width":4}""", "beam_width must be in [1,3]");
            Add([Cc], """{"model":"abab5.5-chat","beam_width":2}""",
                "model abab5.5-chat does not support beam_width greater than 1; leave it out");
            Add([Cc], """{"with_emotion":true}""", "with_emotion" + Absent);

            Add([Ccp], """{"beam_width":4,"prompt":"","use_standard_sse":true,"skip_info_mask":true,"role_meta":null}""", null);
            Add([Ccp], """{"mask_sensitive_info":false}""", null);
            Add([Ccp], """{"bot_setting":[]}""", "binding: expr_path=bot_setting" + Missing);
            Add([Ccp], """{"bot_setting":[{"content":"x"}]}""", "binding: expr_path=bot_setting[0].bot_name" + Missing);
            Add([Ccp], """{"reply_constraints":null}""", "binding: expr_path=reply_constraints" + Missing);
            Add([Ccp], """{"reply_constraints":{"sender_type":"USER","sender_name":"MM"}}""",
                "reply_constraints.sender_type must be BOT");
            Add([Ccp], """{"reply_constraints":{"sender_type":"BOT","sender_name":"NN"}}""",
                "reply_constraints.sender_name must be a bot_name of bot_setting: NN");
            Add([Ccp], Glyph("""{"type":"raw","raw_glyph":"是{{gen 'name'}}。"}"""), null);
            Add([Ccp], Glyph("""{"type":"raw","raw_glpyh":"是{{gen 'name'}}。"}"""), null);
            Add([Ccp], Glyph("""{"type":"json_value","json_properties":{"a":{"type":"string"}}}"""), null);
            Add([Ccp], Glyph("null"), null);
            Add([Ccp], Glyph("{}"), null);
            Add([Ccp], Glyph("""{"type":"both"}"""), "glyph definition format error: type must be raw or json_value");
            Add([Ccp], Glyph("""{"type":"raw"}"""), "glyph definition format error: raw_glyph is missing");
            Add([Ccp], Glyph("""{"type":"raw","raw_glyph":"{{gen"}"""),
                "glyph definition format error: glyph, position 5: an option or }} is expected");
            Add([Ccp], Glyph("""{"type":"json_value"}"""), "glyph definition format error: json_properties is missing");
            Add([Ccp], Glyph("""{"type":"json_value","json_properties":{"a":{"type":"date"}}}"""),
                "glyph definition format error: json_properties.a: type must be string, number, boolean, object or array");
            Add([Ccp], """{"messages":[{"sender_type":"USER","text":"x"}]}""",
                "messages中sender_name、sender_type不能为空");
            Add([Ccp], """{"messages":[{"sender_type":"GOD","sender_name":"u","text":"x"}]}""",
                "messages[0].sender_type must be USER, BOT or FUNCTION");
            Add([Ccp], """{"messages":[{"sender_type":"USER","sender_name":"u"}]}""", "chat content is empty");
            Add([Ccp], """{"sample_messages":[{"sender_type":"USER","text":"a"},{"sender_type":"BOT","text":"b"}]}""", null);
            Add([Ccp], """{"sample_messages":{}}""", "binding: expr_path=sample_messages" + WrongType);
            Add([Cc], """{"use_standard_sse":"perhaps"}""", "binding: expr_path=use_standard_sse" + WrongType);
            Add([Cc], """{"skip_info_mask":[]}""", "binding: expr_path=skip_info_mask" + WrongType);
            Add([Cc], """{"beam_width":"two"}""", "binding: expr_path=beam_width" + WrongType);
            Add([Cc], """{"role_meta":{"bot_name":[]}}""", "binding: expr_path=role_meta.bot_name" + WrongType);
            Add(persona, """{"tokens_to_generate":1.5}""", "binding: expr_path=tokens_to_generate" + WrongType);
            Add([Ccp, V2, Alias], """{"mask_sensitive_info":"perhaps"}""", "binding: expr_path=mask_sensitive_info" + WrongType);
            Add([Ccp], """{"bot_setting":[{"bot_name":{}}]}""", "binding: expr_path=bot_setting[0].bot_name" + WrongType);
            Add([Ccp], """{"functions":[{"name":"f"}],"relaxed_keywords":{}}""", "binding: expr_path=relaxed_keywords" + WrongType);
            Add([Ccp], """{"functions":[],"plugins":null,"function_call":{"type":"auto"}}""", null);
            AddFunctions(rows);
            Add([Ccp], """{"plugins":["plugin_web_search"]}""",
                "plugins: plugin_web_search is not available on this server; set WebSearch:Endpoint to the address of a SearXNG server, or leave it out");
            Add([Ccp], """{"plugins":["plugin_x"]}""", "plugins may have plugin_web_search only, not plugin_x; leave it out");
            Add([Ccp], """{"plugins":[1]}""", "binding: expr_path=plugins" + WrongType);
            Add([Ccp], """{"plugins":[""]}""", null);
            Add([Ccp], """{"plugins":["plugin_web_search"],"reply_constraints":{"sender_type":"BOT","sender_name":"MM","glyph":{"type":"raw","raw_glyph":"x"}}}""",
                "plugins does not go with reply_constraints.glyph; leave one of them out");
            Add([Ccp], """{"reply_constraints":{"sender_type":[]}}""", "binding: expr_path=reply_constraints.sender_type" + WrongType);
            Add([Ccp], """{"reply_constraints":{"sender_type":"BOT","sender_name":"MM","glyph":1}}""",
                "binding: expr_path=reply_constraints.glyph" + WrongType);
            Add([Ccp], """{"messages":[{"sender_type":"USER","sender_name":"u","text":{}}]}""",
                "binding: expr_path=messages[0].text" + WrongType);

            Add(roles, """{"n":"two"}""", "binding: expr_path=n" + WrongType);
            Add(roles, """{"frequency_penalty":-3}""", "frequency_penalty must be in [-2,2]");
            Add(roles, """{"logprobs":2}""", "binding: expr_path=logprobs" + WrongType);
            Add(roles, """{"stream_options":[]}""", "binding: expr_path=stream_options" + WrongType);
            Add(roles, """{"max_completion_tokens":-1}""", "max_completion_tokens must be in (0,32768]");
            Add(roles, """{"max_tokens":"64"}""", null);
            Add(roles, """{"max_tokens":400,"max_completion_tokens":0}""",
                "prompt tokens 9 + max_tokens 400 exceed the context of 400 tokens of model abab6-chat");
            Add(roles, """{"max_tokens":"many"}""", "max_tokens type error");
            Add(roles, """{"max_tokens":32769}""", "max_tokens must be in (0,32768]");
            Add(roles, """{"max_tokens":8,"max_completion_tokens":400}""",
                "prompt tokens 9 + max_completion_tokens 400 exceed the context of 400 tokens of model abab6-chat");
            Add(roles, """{"messages":[{"role":"developer","name":"MM","content":"s"},{"role":"system","content":"t"},{"role":"user","content":"x"}]}""", null);
            Add(roles, """{"messages":[{"role":"user","content":"x"},{"role":"developer","content":"s"}]}""",
                "chat content has invalid message role: developer");
            Add(roles, """{"messages":[{"role":"god","content":"x"}]}""", "chat content has invalid message role: god");
            Add(roles, """{"messages":[{"content":"x"}]}""", "binding: expr_path=messages[0].role" + Missing);
            Add(roles, """{"messages":[{"role":"system"},{"role":"user","name":"u","content":[{"type":"text","text":"x"}]}]}""", null);
            Add(roles, """{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}""",
                "messages[0].content[0] is of type image_url, and model abab6-chat reads text only; send parts of type text");
            Add(roles, """{"messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"input_audio"}]}]}""",
                "messages[0].content[1].type input_audio is not available on this server; send parts of type text");
            Add(roles, """{"messages":[{"role":"assistant","content":[{"type":"image_url"}]}]}""",
                "messages[0].content[0].type image_url is not available on this server; send images as role user");
            Add(roles, """{"messages":[{"role":"user","content":[{"text":"x"}]}]}""",
                "binding: expr_path=messages[0].content[0].type" + Missing);
            Add(roles, """{"mask_sensitive_info":true,"stream_options":{"include_usage":true}}""", null);
            Add(roles, """{"stream":true,"stream_options":{"speech_output":true}}""", "stream_options.speech_output" + Absent);
            Add(roles, """{"n":4,"stream":true}""", null);
            Add(roles, """{"n":5}""", "n must be in [1,4]");
            Add(roles, """{"presence_penalty":2,"frequency_penalty":-2,"stop":["a","b"]}""", null);
            Add(roles, """{"presence_penalty":2.5}""", "presence_penalty must be in [-2,2]");
            Add(roles, """{"stop":[1]}""", "binding: expr_path=stop" + WrongType);
            Add(roles, """{"logprobs":true,"top_logprobs":20}""", null);
            Add(roles, """{"logprobs":true,"top_logprobs":21}""", "top_logprobs must be in [0,20]");
            Add(roles, """{"top_logprobs":2}""", "top_logprobs needs logprobs; send logprobs true or leave it out");
            Add(roles, """{"logprobs":true,"mask_sensitive_info":true}""",
                "logprobs shows the tokens that mask_sensitive_info masks; leave one of them out");
            Add(roles, """{"response_format":{"type":"text"}}""", null);
            Add(roles, """{"response_format":{"type":"json_object"}}""", null);
            Add(roles, """{"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}}}""", null);
            Add(roles, """{"response_format":"json"}""", "binding: expr_path=response_format" + WrongType);
            Add(roles, """{"response_format":{"type":"xml"}}""",
                "response_format.type must be text, json_object or json_schema");
            Add(roles, """{"response_format":{"type":"json_schema"}}""",
                "binding: expr_path=response_format.json_schema.schema" + Missing);
            Add(roles, """{"response_format":{"type":"json_schema","json_schema":{"schema":{"items":{"type":"string","format":"regex"}}}}}""",
                "response_format.json_schema.schema: #/items/format: 'regex' is not supported" + Remedy);
            Add(roles, """{"response_format":{"type":"json_schema","json_schema":{"schema":{"items":{"type":"string","format":"regex"}}}},"relaxed_keywords":["format"]}""", null);
            Add(roles, """{"response_format":{"type":"json_schema","json_schema":{"schema":{}}},"relaxed_keywords":[1]}""",
                "binding: expr_path=relaxed_keywords" + WrongType);
            Add(roles, """{"logit_bias":{"1":2}}""", "logit_bias" + Absent);
            Add(roles, """{"response_format":{"type":"text"}}""", null);
            Add(roles, """{"response_format":{"type":"json_schema"}}""",
                "binding: expr_path=response_format.json_schema.schema" + Missing);
            Add([Ccp], """{"reply_constraints":{"sender_type":"BOT","sender_name":"MM","glyph":{"type":"raw"}}}""",
                "glyph definition format error: raw_glyph is missing");
            Add([Ccp], """{"reply_constraints":{"sender_type":"BOT","sender_name":"MM","glyph":{"type":"both"}}}""",
                "glyph definition format error: type must be raw or json_value");
            Add(roles, """{"tools":[],"tool_choice":"auto"}""", null);
            AddTools(rows, roles);
            AddBounds(rows, persona, roles);
            return rows;

            void Add(string[] paths, string fields, string? refusal) => rows.Add(paths, fields, refusal);
        }
    }

    private static void AddFunctions(TheoryData<string[], string, string?> rows)
    {
        Add("""{"functions":[{"name":"f"},{"name":"g","parameters":""}]}""", null);
        Add("""{"functions":[{"name":"f","parameters":"{type:'object'"}]}""",
            "functions[0].parameters must be a JSON schema of type object, or its text");
        Add("""{"functions":[{"name":"f","parameters":{"parameters_str":"{\"type\":\"object\"}"}}],"function_call":null}""", null);
        Add("""{"functions":[{"name":"f","parameters":[]}]}""",
            "functions[0].parameters must be a JSON schema of type object, or its text");
        Add("""{"functions":[{"name":"f","parameters":{"unevaluatedItems":false}}]}""",
            "functions: the parameters of f, #/unevaluatedItems: this keyword is not supported" + Remedy);
        Add("""{"functions":[{"name":"f","parameters":{"type":"array"}}]}""", "functions: the parameters of f: no object meets this schema" + Remedy);
        Add("""{"functions":[{"description":"d"}]}""", "binding: expr_path=functions[0].name" + Missing);
        Add("""{"functions":[{"name":"a b"}]}""", "functions[0].name must be 1 to 64 letters, digits, - and _: a b");
        Add("""{"functions":[{"name":"plugin_f"}]}""", "functions[0].name must not begin with plugin_: plugin_f");
        Add("""{"functions":[{"name":"f"},{"name":"f"}]}""", "functions has two functions named f; give them different names");
        Add("""{"model":"abab5.5s-chat","functions":[{"name":"f"}]}""",
            "model abab5.5s-chat does not support functions; leave them out or use another model");
        Add("""{"model":"abab5.5s-chat","functions":[{"name":"f"}],"function_call":{"type":"none"}}""", null);
        Add("""{"functions":"f"}""", "binding: expr_path=functions" + WrongType);
        Add("""{"functions":[{"name":"f"}],"function_call":{"type":"none"}}""", null);
        Add("""{"functions":[{"name":"f"}],"function_call":{"type":"specific","name":"f"}}""", null);
        Add("""{"functions":[{"name":"f"}],"function_call":{"type":"specific"}}""", "binding: expr_path=function_call.name" + Missing);
        Add("""{"functions":[{"name":"f"}],"function_call":{"type":"specific","name":"g"}}""",
            "function_call.name must be the name of one of functions: g");
        Add("""{"function_call":{"type":"specific","name":"f"}}""",
            "function_call.type specific needs functions; send them or leave it out");
        Add("""{"function_call":{"type":"any"}}""", "function_call.type must be auto, specific or none");
        Add("""{"function_call":"auto"}""", "binding: expr_path=function_call" + WrongType);
        Add("""{"messages":[{"sender_type":"BOT","sender_name":"MM","text":"","function_call":{"name":"f","arguments":"{"}}]}""",
            "invalid function arguments json string, messages[0].function_call.arguments");
        Add("""{"messages":[{"sender_type":"BOT","sender_name":"MM","text":"","function_call":{"arguments":"{}"}}]}""",
            "binding: expr_path=messages[0].function_call.name" + Missing);
        Add("""{"messages":[{"sender_type":"BOT","sender_name":"MM","function_call":{"name":"f"}},{"sender_type":"FUNCTION","sender_name":"f","text":""}]}""", null);
        Add("""{"messages":[{"sender_type":"FUNCTION","sender_name":"f"}]}""", "chat content is empty");

        void Add(string fields, string? refusal) => rows.Add([Ccp], fields, refusal);
    }

    private static void AddTools(TheoryData<string[], string, string?> rows, string[] roles)
    {
        const string F = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";
        Add("{" + F + "}", null);
        Add("{" + F + ""","tool_choice":"required","parallel_tool_calls":false}""", null);
        Add("{" + F + ""","tool_choice":{"type":"function","function":{"name":"f"}}}""", null);
        Add("{" + F + ""","tool_choice":{"type":"function","function":{"name":"g"}}}""",
            "tool_choice.function.name must be the name of one of tools: g");
        Add("{" + F + ""","tool_choice":{"type":"function"}}""", "binding: expr_path=tool_choice.function.name" + Missing);
        Add("{" + F + ""","tool_choice":"any"}""",
            "tool_choice must be none, auto, required or an object that names a function");
        Add("{" + F + ""","tool_choice":[]}""", "binding: expr_path=tool_choice" + WrongType);
        Add("{" + F + ""","parallel_tool_calls":"perhaps"}""", "binding: expr_path=parallel_tool_calls" + WrongType);
        Add("""{"tool_choice":"required"}""", "tool_choice required needs tools; send them or leave it out");
        Add("""{"functions":[{"name":"f"}]}""", "functions is not available on this server; send tools");
        Add("""{"function_call":"auto"}""", "function_call" + Absent);
        Add("""{"function_call":{"name":"f"}}""", "function_call" + Absent);
        Add("""{"functions":[],"function_call":null}""", null);
        Add("""{"model":"abab5.5s-chat","tools":[{"function":{"name":"f"}}]}""", null);
        Add("""{"tools":{}}""", "binding: expr_path=tools" + WrongType);
        Add("""{"tools":[{"type":"function"}]}""", "binding: expr_path=tools[0].function" + Missing);
        Add("""{"tools":[{"type":"function","function":"f"}]}""", "binding: expr_path=tools[0].function" + WrongType);
        Add("""{"tools":[{"function":{}}]}""", "binding: expr_path=tools[0].function.name" + Missing);
        Add("""{"tools":[{"type":"retrieval"}]}""", "tools[0].type retrieval is not available on this server; send function");
        Add("""{"tools":[{"function":{"name":"f","parameters":{"properties":{"a":{"format":"regex"}}}}}]}""",
            "tools: the parameters of f, #/properties/a/format: 'regex' is not supported" + Remedy);
        Add("""{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"[1]"}}]}]}""",
            "invalid function arguments json string, tool_call_id: c");
        Add("""{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"arguments":"{}"}}]}]}""",
            "binding: expr_path=messages[0].tool_calls[0].function.name" + Missing);
        Add("""{"messages":[{"role":"assistant","tool_calls":{}}]}""", "binding: expr_path=messages[0].tool_calls" + WrongType);
        Add("""{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":{}}}]},{"role":"tool","tool_call_id":"c","content":""}]}""", null);
        Add("""{"messages":[{"role":"tool","tool_call_id":"c"}]}""", "chat content is empty");
        Add("""{"messages":[{"role":"user","content":"refuse me"}]}""",
            "the model's chat template refuses the messages: roles must alternate; change them");
        Add("""{"messages":[{"role":"assistant","content":"x","function_call":{"name":"f"}}]}""", "messages[0].function_call" + Absent);

        void Add(string fields, string? refusal) => rows.Add(roles, fields, refusal);
    }

    /// <summary>How many of a thing a request may hold.</summary>
    private static void AddBounds(TheoryData<string[], string, string?> rows, string[] persona, string[] roles)
    {
        const string Turn = "{\"sender_type\":\"USER\",\"sender_name\":\"u\",\"text\":\"x\"}";
        const string Format = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{}}}";
        string Name(int i) => $$"""{"name":"f{{i}}"}""";
        string Tool(int i) => $$"""{"type":"function","function":{{Name(i)}}}""";

        rows.Add(persona, $$"""{"messages":{{Many(1001, _ => Turn)}}}""", "1001 messages exceed the limit 1000");
        rows.Add([Ccp], $$"""{"sample_messages":{{Many(1000, _ => Turn)}}}""", "1001 messages exceed the limit 1000");
        rows.Add(roles, $$"""{"messages":{{Many(1001, _ => "{\"role\":\"user\",\"content\":\"x\"}")}}}""",
            "1001 messages exceed the limit 1000");
        const string Stops = "stop must be at most 16 texts of at most 200 characters";
        rows.Add(roles, $$"""{"stop":{{Many(16, i => $"\"s{i}\"")}}}""", null);
        rows.Add(roles, $$"""{"stop":{{Many(17, i => $"\"s{i}\"")}}}""", Stops);
        rows.Add(roles, $$"""{"stop":"{{new string('s', 201)}}"}""", Stops);
        rows.Add([Ccp], $$"""{"functions":{{Many(129, Name)}}}""",
            "functions has 129 functions, at most 128 are read; leave some out");
        rows.Add(roles, $$"""{"tools":{{Many(129, Tool)}}}""", "tools has 129 functions, at most 128 are read; leave some out");
        rows.Add(roles, $$"""{"tools":[{{Tool(1)}},{{Tool(1)}}]}""", "tools has two functions named f1; give them different names");
        rows.Add(roles, $$"""{{{Format}},"relaxed_keywords":{{Many(101, i => $"\"k{i}\"")}}}""",
            "relaxed_keywords has 101 keywords, at most 100 are read; leave some out");

        static string Many(int count, Func<int, string> item) => $"[{string.Join(',', Enumerable.Range(0, count).Select(item))}]";
    }

    private static string Glyph(string glyph) =>
        "{\"reply_constraints\":{\"sender_type\":\"BOT\",\"sender_name\":\"MM\",\"glyph\":" + glyph + "}}";

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Field_DoesWhatTheTableSays(string[] paths, string fields, string? refusal)
    {
        foreach (string path in paths)
        {
            string answer = await shared.Server.Client.PostTextAsync(path, With(Bodies[path], fields));
            if (refusal is null)
            {
                answer.ShouldNotContain("invalid params", Case.Sensitive, path);
            }
            else
            {
                string text = JsonEncodedText.Encode("invalid params, " + refusal,
                    System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
                answer.ShouldContain(text + (path == Alias ? " (2013)\"" : "\""), Case.Sensitive, path);
            }
        }
    }

    [Fact]
    public void Table_RefusesEveryDocumentedField_ByItsName()
    {
        foreach ((string path, string fields) in Documented)
        {
            IEnumerable<string> missing = fields.Split(' ').Where(field => !Fields.Any(row =>
                row.Data.Item1.Contains(path) && row.Data.Item3?.Contains(field, StringComparison.Ordinal) == true
                && JsonNode.Parse(row.Data.Item2)!.AsObject().ContainsKey(field)));
            missing.ShouldBeEmpty(path);
        }
    }

    [Fact]
    public void Refusals_SayWhatToDo_WhereNoDocumentedTextIsGiven() =>
        Fields.Select(row => row.Data.Item3).OfType<string>()
            .Where(text => !DocumentedTexts.Any(text.StartsWith) && !Remedies.Any(text.Contains)).ShouldBeEmpty();

    [Theory]
    [InlineData(Ccp, 256)]
    [InlineData(V2, 2048)]
    [InlineData(Alias, 2048)]
    public async Task OutputTokens_OfMiniMaxText01_HaveTheInterfacesDefault(string path, int expected)
    {
        var model = new ScriptedModel { Context = 4000 };
        await using ServerFixture server = await ChatServer.StartAsync(model);

        await server.Client.PostTextAsync(path, With(Bodies[path], """{"model":"MiniMax-Text-01"}"""));

        model.Engine.Requests.Single().MaxTokens.ShouldBe(expected);
    }

    [Theory]
    [InlineData(Ccp)]
    [InlineData(V2)]
    public async Task TopP_StaysAboveZero_WhenItIsTooSmallForAFloat(string path)
    {
        var model = new ScriptedModel();
        await using ServerFixture server = await ChatServer.StartAsync(model);

        await server.Client.PostTextAsync(path, With(Bodies[path], """{"top_p":1e-50}"""));

        model.Engine.Requests.Single().Sampling.TopP.ShouldBe(float.Epsilon);
    }

    private static string With(string body, string fields)
    {
        JsonObject whole = JsonNode.Parse(body)!.AsObject();
        foreach ((string name, JsonNode? value) in JsonNode.Parse(fields)!.AsObject())
        {
            whole[name] = value?.DeepClone();
        }

        return whole.ToJsonString(new JsonSerializerOptions
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
    }

    public sealed class SharedServer : IAsyncLifetime
    {
        public ServerFixture Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Server = await ChatServer.StartAsync(new ScriptedModel { ToolCallForm = ToolCallForm.Tagged });

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}

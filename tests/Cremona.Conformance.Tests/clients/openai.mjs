// The openai SDK against a server: node openai.mjs BASE KEY MODEL MODULES PACKAGE
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [base, key, model, modules, name] = process.argv.slice(2);
const { default: OpenAI } = await import(pathToFileURL(createRequire(modules + '/').resolve(name)).href);
const client = new OpenAI({ baseURL: base + '/v1', apiKey: key, maxRetries: 0 });
const helpers = client.chat.completions.stream ? client.chat.completions : client.beta.chat.completions;
const messages = [{ role: 'user', content: '你好' }];

const whole = await client.chat.completions.create({ model, messages });

let pieces = '';
let usage = null;
for await (const chunk of await client.chat.completions.create({
  model, messages, stream: true, stream_options: { include_usage: true },
})) {
  pieces += chunk.choices[0]?.delta.content ?? '';
  usage = chunk.usage ?? usage;
}

const failure = async request => {
  try {
    for await (const chunk of await client.chat.completions.create(request)) void chunk;
    return 'no error';
  } catch (error) {
    return { status: error.status ?? 0, message: error.message };
  }
};

const models = [];
for await (const entry of client.models.list()) models.push(entry.id);

const tools = ['get_weather', 'get_time'].map(name => ({ type: 'function', function: { name, parameters: { type: 'object' } } }));
const question = [{ role: 'user', content: 'weather and time' }];
const shown = ({ finish_reason, message }) =>
  [finish_reason, message.content, message.tool_calls.map(c => [c.function.name, JSON.parse(c.function.arguments)])];
const called = (await client.chat.completions.create({ model, messages: question, tools })).choices[0];
const streamed = await helpers.stream({ model, messages: question, tools }).finalChatCompletion();
const results = called.message.tool_calls.map(c => ({ role: 'tool', tool_call_id: c.id, content: '7' }));
const second = await client.chat.completions.create({
  model, tools, messages: [{ role: 'user', content: 'hi' }, called.message, ...results],
});

const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
const form = {
  model,
  messages: [{ role: 'user', content: 'escaped' }],
  response_format: { type: 'json_schema', json_schema: { name: 'place', strict: true, schema } },
};
const parsed = await helpers.parse(form);
const anyObject = await client.chat.completions.create({ ...form, response_format: { type: 'json_object' } });
const refusedForm = await failure({
  ...form, response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'string', format: 'regex' } } }, stream: true,
});

const weighed = await client.chat.completions.create({ model, messages, seed: 7, logprobs: true, top_logprobs: 2 });
const weights = weighed.choices[0].logprobs.content.map(t => [t.token, t.logprob, t.top_logprobs.length]);

const several = await client.chat.completions.create({ model, messages, n: 3 });
const streamedSeveral = ['', ''];
for await (const chunk of await client.chat.completions.create({ model, messages, n: 2, stream: true })) {
  for (const choice of chunk.choices) streamedSeveral[choice.index] += choice.delta.content ?? '';
}

const limited = async () => {
  const request = { model: 'abab6-chat', messages }; // One call a minute.
  await client.chat.completions.create(request);
  try {
    await client.chat.completions.create(request);
    return 'no error';
  } catch (error) {
    const wait = error.headers.get?.('retry-after') ?? error.headers['retry-after'];
    return [error.constructor.name, error.status, error.type, Number(wait) > 0 && Number(wait) <= 60];
  }
};

console.log(JSON.stringify({
  whole: whole.choices[0].message.content,
  finish: whole.choices[0].finish_reason,
  pieces,
  usage: [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens],
  helper: await helpers.stream({ model, messages }).finalContent(),
  unknownModel: await failure({ model: 'gpt', messages, stream: true }),
  lateError: await failure({ model, messages: [{ role: 'user', content: 'break later' }], stream: true }),
  hasModel: models.includes(model),
  calls: shown(called),
  streamedCalls: shown(streamed.choices[0]),
  secondLeg: second.choices[0].message.content,
  parsed: parsed.choices[0].message.parsed,
  anyObject: JSON.parse(anyObject.choices[0].message.content),
  refusedForm,
  weights,
  several: several.choices.map(c => [c.index, c.message.content, c.finish_reason]),
  severalUsage: several.usage.completion_tokens,
  streamedSeveral,
  limited: await limited(),
}));

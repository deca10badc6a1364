// The openai SDK against a server: node openai.mjs BASE KEY MODEL MODULES
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [base, key, model, modules] = process.argv.slice(2);
const { default: OpenAI } = await import(pathToFileURL(createRequire(modules + '/').resolve('openai')).href);
const client = new OpenAI({ baseURL: base + '/v1', apiKey: key, maxRetries: 0 });
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

console.log(JSON.stringify({
  whole: whole.choices[0].message.content,
  finish: whole.choices[0].finish_reason,
  pieces,
  usage: [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens],
  helper: await client.beta.chat.completions.stream({ model, messages }).finalContent(),
  unknownModel: await failure({ model: 'gpt', messages, stream: true }),
  lateError: await failure({ model, messages: [{ role: 'user', content: 'break later' }], stream: true }),
  hasModel: models.includes(model),
}));

// ChatMinimax of LangChain.js against a server: node langchain.mjs BASE KEY MODEL MODULES
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [base, key, model, modules] = process.argv.slice(2);
const load = async name => import(pathToFileURL(createRequire(modules + '/').resolve(name)).href);
const { ChatMinimax } = await load('@langchain/community/chat_models/minimax');
const { AIMessage, HumanMessage } = await load('@langchain/core/messages');

const make = options => new ChatMinimax({
  minimaxGroupId: '1000000000', apiKey: key, modelName: model, configuration: { basePath: base + '/v1' }, maxRetries: 0,
  botSetting: [{ bot_name: 'MM', content: 'x' }], ...options,
});

const call = async (options, text, callOptions) => {
  const tokens = [];
  let usage = 0;
  const answer = await make(options).invoke([new HumanMessage(text)], {
    ...callOptions,
    callbacks: [{
      handleLLMNewToken: token => { tokens.push(token); },
      handleLLMEnd: output => { usage = output.llmOutput.tokenUsage.totalTokens; },
    }],
  });
  return { answer, tokens: tokens.join(''), usage };
};

const ask = async (options, text, callOptions) => {
  const { answer, tokens, usage } = await call(options, text, callOptions);
  return { content: answer.content, tokens, usage };
};

const pro = { proVersion: true, streaming: false };
const weather = {
  functions: [{
    name: 'get_weather',
    description: 'Tells the weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  }],
};
const raw = {
  replyConstraints: {
    sender_type: 'BOT',
    sender_name: 'MM',
    glyph: { type: 'raw', raw_glyph: "The translated text：{{gen 'content'}}" },
  },
};
const samples = { sampleMessages: [new HumanMessage('ab'), new AIMessage('cd')] };
const search = { plugins: ['plugin_web_search'] };
const calledBy = async options =>
  (await call(options, 'weather at once', weather)).answer.additional_kwargs.function_call;

const failure = async (options, text) => {
  try {
    await ask(options, text);
    return 'no error';
  } catch (error) {
    return error.message;
  }
};

console.log(JSON.stringify({
  pro: await ask({ proVersion: true, streaming: false }, 'who?'),
  proStream: await ask({ proVersion: true, streaming: true }, 'who?'),
  plain: await ask({ proVersion: false, streaming: false }, 'who?'),
  plainStream: await ask({ proVersion: false, streaming: true }, '你好'),
  unknownModel: await failure({ proVersion: true, streaming: false, modelName: 'abab9-chat' }, 'who?'),
  functions: await calledBy(pro),
  streamedFunctions: await calledBy({ proVersion: true, streaming: true }),
  glyph: await ask(pro, 'translate', raw),
  samples: await ask(pro, 'who?', samples),
  plugins: await ask(pro, 'search me', search),
  streamedPlugins: await ask({ proVersion: true, streaming: true }, 'search me', search),
  lateError: await failure({ proVersion: true, streaming: true }, 'break later'),
}));

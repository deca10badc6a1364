// ChatMinimax of LangChain.js against a server: node langchain.mjs BASE KEY MODEL MODULES
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [base, key, model, modules] = process.argv.slice(2);
const load = async name => import(pathToFileURL(createRequire(modules + '/').resolve(name)).href);
const { ChatMinimax } = await load('@langchain/community/chat_models/minimax');
const { HumanMessage } = await load('@langchain/core/messages');

const make = options => new ChatMinimax({
  minimaxGroupId: '1000000000', apiKey: key, modelName: model, configuration: { basePath: base + '/v1' }, maxRetries: 0,
  botSetting: [{ bot_name: 'MM', content: 'x' }], ...options,
});

const ask = async (options, text) => {
  const tokens = [];
  const answer = await make(options).invoke([new HumanMessage(text)], {
    callbacks: [{ handleLLMNewToken: token => { tokens.push(token); } }],
  });
  return { content: answer.content, tokens: tokens.join('') };
};

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
  lateError: await failure({ proVersion: true, streaming: true }, 'break later'),
}));

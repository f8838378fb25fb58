// One scenario with the official OpenAI SDK for Node.js: node client.mjs SCENARIO BASE-URL LOCAL-MODEL [EMBEDDING-MODEL].
// Exits 0 when everything is as it should be; what is not is said on standard error.
import assert from 'node:assert/strict';
import OpenAI, { APIUserAbortError, BadRequestError, NotFoundError } from 'openai';

const [scenario, baseURL, local, embedding] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: 'none' });
const messages = [{ role: 'user', content: 'Which pump?' }];

const scenarios = {
  async chat() {
    const answer = await client.chat.completions.create({ model: 'hybrid', messages, max_tokens: 8 });
    assert.equal(answer.choices[0].finish_reason, 'length');
    assert.equal(answer.usage.completion_tokens, 8);
    assert.ok(answer.choices[0].message.content.length > 0);
    assert.ok(answer._request_id.startsWith('req_'));
    const { response } = await client.chat.completions.create({ model: 'hybrid', messages, max_tokens: 8 }).withResponse();
    assert.equal(response.headers.get('x-hybrid-route'), 'local');
  },

  async stream() {
    const plain = await client.chat.completions.create({ model: local, messages, max_tokens: 8 });
    let text = '';
    let finish = null;
    for await (const chunk of await client.chat.completions.create({ model: local, messages, max_tokens: 8, stream: true })) {
      // As simple clients do: an unrequested chunk without choices would break this.
      text += chunk.choices[0].delta.content ?? '';
      finish = chunk.choices[0].finish_reason ?? finish;
    }
    assert.equal(text, plain.choices[0].message.content);
    assert.equal(finish, 'length');
  },

  async usage() {
    let last;
    for await (const chunk of await client.chat.completions.create({
      model: local, messages, max_tokens: 8, stream: true, stream_options: { include_usage: true },
    })) {
      last = chunk;
    }
    assert.equal(last.choices.length, 0);
    assert.equal(last.usage.completion_tokens, 8);
    assert.equal(last.hybrid.route, 'local');
  },

  async stop() {
    const whole = (await client.chat.completions.create({ model: local, messages, max_tokens: 20 })).choices[0].message.content;
    const stop = whole.slice(whole.length / 2, whole.length / 2 + 3);
    const cut = await client.chat.completions.create({ model: local, messages, max_tokens: 20, stop });
    assert.equal(cut.choices[0].message.content, whole.slice(0, whole.indexOf(stop)));
    assert.equal(cut.choices[0].finish_reason, 'stop');
  },

  async seed() {
    const ask = async (seed) => (await client.chat.completions.create({ model: local, messages, max_tokens: 20, temperature: 1.5, seed })).choices[0].message.content;
    const first = await ask(7);
    assert.equal(await ask(7), first);
    assert.notEqual(await ask(8), first);
  },

  async logprobs() {
    const answer = await client.chat.completions.create({ model: 'hybrid', messages, max_tokens: 5, logprobs: true, top_logprobs: 2 });
    const tokens = answer.choices[0].logprobs.content;
    assert.equal(tokens.length, 5);
    assert.ok(tokens.every((token) => token.logprob <= 0 && token.top_logprobs.length === 2));
    assert.equal(tokens.map((token) => token.token).join(''), answer.choices[0].message.content);
  },

  async jsonSchema() {
    const schema = { type: 'object', properties: { verdict: { enum: ['open', 'closed'] } }, required: ['verdict'], additionalProperties: false };
    const answer = await client.chat.completions.create({
      model: local, messages, max_tokens: 100, response_format: { type: 'json_schema', json_schema: { name: 'verdict', strict: true, schema } },
    });
    assert.ok(['open', 'closed'].includes(JSON.parse(answer.choices[0].message.content).verdict));
  },

  async errors() {
    await assert.rejects(client.chat.completions.create({ model: 'gpt-9', messages }), (error) =>
      error instanceof NotFoundError && error.code === 'model_not_found' && error.param === 'model' && error.message.includes(local));
    await assert.rejects(client.chat.completions.create({ model: 'hybrid', messages, temperature: 9 }), (error) =>
      error instanceof BadRequestError && error.param === 'temperature' && error.type === 'invalid_request_error');
    await assert.rejects(client.embeddings.create({ model: 'no-such-model', input: 'a' }), NotFoundError);
  },

  // The test answers in the cloud's place after this client has given up once; it counts the prompts.
  async retry() {
    const impatient = new OpenAI({ baseURL, apiKey: 'none', timeout: 15000, maxRetries: 5 });
    const answer = await impatient.chat.completions.create({ model: 'hybrid', messages });
    assert.equal(answer.choices[0].message.content, 'from the cloud');
  },

  // The test looks at what became of the prompt.
  async cancellation() {
    const leaving = new AbortController();
    const asking = client.chat.completions.create({ model: 'hybrid', messages }, { signal: leaving.signal });
    setTimeout(() => leaving.abort(), 1000);
    await assert.rejects(asking, APIUserAbortError);
  },

  async models() {
    const names = [];
    for await (const model of client.models.list()) {
      names.push(model.id);
    }
    assert.deepEqual(names.slice(0, 3), ['hybrid', local, 'cloud']);
    assert.equal((await client.models.retrieve(local)).id, local);
  },

  async embeddings() {
    // This SDK asks for base64 and decodes it.
    const found = await client.embeddings.create({ model: embedding, input: ['hello pump', 'the valve'] });
    const plain = await client.embeddings.create({ model: embedding, input: ['hello pump', 'the valve'], encoding_format: 'float' });
    assert.equal(found.data.length, 2);
    assert.deepEqual(found.data.map((entry) => Array.from(entry.embedding)), plain.data.map((entry) => entry.embedding.map(Math.fround)));
    assert.ok(Math.abs(Math.hypot(...found.data[0].embedding) - 1) < 1e-4);
  },

  async responses() {
    const first = await client.responses.create({ model: 'hybrid', input: 'Which pump?', instructions: 'Be brief.', max_output_tokens: 8 });
    assert.equal(first.status, 'incomplete');
    assert.equal(first.incomplete_details.reason, 'max_output_tokens');
    assert.ok(first.output_text.length > 0);
    const types = [];
    let text = '';
    let last;
    const stream = await client.responses.create({
      model: local, input: [{ role: 'user', content: [{ type: 'input_text', text: 'And why?' }] }],
      previous_response_id: first.id, max_output_tokens: 8, stream: true,
    });
    for await (const event of stream) {
      types.push(event.type);
      text += event.type === 'response.output_text.delta' ? event.delta : '';
      last = event;
    }
    assert.deepEqual(types.filter((type, index) => type !== types[index - 1]), [
      'response.created', 'response.in_progress', 'response.output_item.added', 'response.content_part.added', 'response.output_text.delta',
      'response.output_text.done', 'response.content_part.done', 'response.output_item.done', 'response.incomplete',
    ]);
    assert.equal(last.response.previous_response_id, first.id);
    assert.equal(last.response.output[0].content[0].text, text);
    assert.equal((await client.responses.retrieve(last.response.id)).output_text, text);
  },
};

try {
  await scenarios[scenario]();
} catch (error) {
  console.error(error);
  process.exit(1);
}

// OpenAI's client for Node, unchanged but for base URL and key.

import assert from 'node:assert/strict'

import OpenAI from 'openai'

import { address, asked, check, direct, headers, key, list, model, pixel, raises, readKey, run, studio, unique, user } from './checks.mjs'

const client = new OpenAI({ baseURL: `${address}/v1`, apiKey: key, maxRetries: 0, timeout: 60_000 })
const chat = client.chat.completions
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
    strict: true,
  },
}
const city = {
  type: 'json_schema',
  json_schema: {
    name: 'city',
    strict: true,
    schema: { type: 'object', properties: { city: { type: 'string' }, population: { type: 'integer' } }, required: ['city', 'population'], additionalProperties: false },
  },
}
const textOf = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')

check('a chat is answered, with its usage and the studio’s headers', async () => {
  const said = unique()
  const answer = await chat.create({ model: model('acme/gpt-4o-mini'), messages: user(said), temperature: 0.2, max_tokens: 50 }).withResponse()
  const { choices, usage } = answer.data
  assert.deepEqual([choices[0].message.content, choices[0].finish_reason], [said, 'stop'])
  assert.equal(usage.prompt_tokens, 20)
  assert.equal(usage.prompt_tokens_details.cached_tokens, 8)
  headers(answer, 'off', 'miss')
  const [sent] = await asked(said)
  assert.deepEqual([sent.model, sent.temperature, sent.max_tokens], ['gpt-4o-mini', 0.2, 50])
})

check('a streamed chat comes in pieces, and its last one has the usage where it is asked for', async () => {
  const said = unique()
  const chunks = await list(await chat.create({ model: model('acme/echo'), messages: user(said), stream: true, stream_options: { include_usage: true } }))
  assert.equal(textOf(chunks), said)
  assert.ok(chunks.length > 3)
  const last = chunks.pop()
  assert.deepEqual([last.choices, last.usage.prompt_tokens], [[], 20])
  assert.ok(chunks.every(({ usage }) => !usage))
})

studio('a stream that does not ask for the usage shows none, though the studio asks the provider for it', async () => {
  const said = unique()
  const chunks = await list(await chat.create({ model: 'acme/echo', messages: user(said), stream: true }))
  assert.equal(textOf(chunks), said)
  assert.ok(chunks.every(({ usage, choices }) => !usage && choices.length === 1))
  assert.deepEqual((await asked(said))[0].stream_options, { include_usage: true })
})

check('the client’s own stream helper follows along', async () => {
  const said = unique()
  const stream = chat.stream({ model: model('acme/echo'), messages: user(said) })
  let seen = ''
  stream.on('content', (delta) => (seen += delta))
  const final = await stream.finalChatCompletion()
  assert.deepEqual([seen, final.choices[0].message.content], [said, said])
})

check('tools are called and answered by the client’s own runner', async () => {
  const cities = []
  const tell = ({ city }) => (cities.push(city), '21 °C')
  const tool = { type: 'function', function: { ...weather.function, parse: JSON.parse, function: tell } }
  for (const stream of [false, true]) {
    const said = unique('What is the weather')
    const runner = chat.runTools({ model: model('acme/tool'), messages: user(said), tools: [tool], stream })
    assert.match(await runner.finalContent(), /21 degrees/)
    const [first, second] = await asked(said)
    assert.deepEqual(first.tools[0].function.parameters, weather.function.parameters)
    assert.deepEqual(second.messages.filter(({ role }) => role === 'tool').map(({ content }) => content), ['21 °C', '21 °C'])
  }
  assert.deepEqual(cities, ['Paris', 'Zürich', 'Paris', 'Zürich'])
})

check('an answer by a schema is parsed', async () => {
  const said = unique('Which city')
  const answer = await chat.parse({ model: model('acme/json'), messages: user(said), response_format: city })
  assert.deepEqual(JSON.parse(answer.choices[0].message.content), { city: 'Paris', population: 2_100_000 })
  assert.deepEqual((await asked(said))[0].response_format, city)
})

check('an image arrives as it was sent', async () => {
  const said = unique('What is in this image')
  const part = { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}`, detail: 'low' } }
  await chat.create({ model: model('acme/echo'), messages: user([{ type: 'text', text: said }, part]) })
  assert.deepEqual((await asked(said))[0].messages.at(-1).content[1], part)
})

check('log probabilities are asked for', async () => {
  const said = unique()
  await chat.create({ model: model('acme/echo'), messages: user(said), logprobs: true, top_logprobs: 3 })
  const [sent] = await asked(said)
  assert.deepEqual([sent.logprobs, sent.top_logprobs], [true, 3])
})

check('fields that nobody knows pass through, and what is the studio’s own stays here', async () => {
  const said = unique()
  const vendor = { deep: [1, 2.5, null] }
  const atelier = direct ? {} : { atelier: { tags: ['checkout'], user: 'user-42' } }
  await chat.create({ model: model('acme/echo'), messages: user(said), seed: 7, vendor, ...atelier })
  const [sent] = await asked(said)
  assert.deepEqual([sent.vendor, sent.seed, 'atelier' in sent], [vendor, 7, false])
})

studio('a prompt is asked by its name and label, and its messages come first', async () => {
  const variables = { shop_name: 'kites', question: 'Hello?' }
  const said = unique()
  const by = (model, atelier) => chat.create({ model, messages: user(said), max_tokens: 4, atelier: { variables, ...atelier } }).withResponse()
  const named = await by('prompt/support/reply@production')
  assert.equal(named.response.headers.get('x-atelier-prompt'), 'support/reply@2')
  const extra = await by('acme/echo', { prompt: 'support/reply', version: 1 })
  assert.equal(extra.response.headers.get('x-atelier-prompt'), 'support/reply@1')
  const sent = (await asked(said)).at(-1)
  assert.deepEqual(sent.messages.map(({ content }) => content), ['You answer customers of kites.', 'Hello?', said])
})

studio('the same question is answered from the cache, and costs nothing', async () => {
  const said = unique()
  const ask = () => chat.create({ model: 'acme/gpt-4o-mini', messages: user(said), atelier: { cache: 'exact' } }).withResponse()
  const [first, second] = [await ask(), await ask()]
  headers(first, 'miss')
  headers(second, 'exact')
  assert.equal(Number(second.response.headers.get('x-atelier-cost')), 0)
  assert.equal(second.data.choices[0].message.content, said)
  assert.equal((await asked(said)).length, 1)
})

studio('a stream from the cache is a stream', async () => {
  const said = unique()
  for (const cache of ['miss', 'exact']) {
    const answer = await chat.create({ model: 'acme/echo', messages: user(said), stream: true, atelier: { cache: 'exact' } }).withResponse()
    assert.equal(textOf(await list(answer.data)), said)
    assert.equal(answer.response.headers.get('x-atelier-cache'), cache)
  }
  assert.equal((await asked(said)).length, 1)
})

studio('a provider that is out of breath is asked again', async () => {
  const said = unique()
  const answer = await chat.create({ model: 'acme/fault-503-then-ok', messages: user(said) })
  assert.equal(answer.choices[0].message.content, said)
  assert.equal((await asked(said)).length, 2)
})

check('embeddings are numbers, as floats and in the client’s own default, base64', async () => {
  const input = ['one', 'two words']
  for (const more of [{ encoding_format: 'float' }, {}]) {
    const { data } = await client.embeddings.create({ model: model('acme/text-embedding-echo'), input, ...more })
    const lengths = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding[0])
    assert.deepEqual(lengths, [3, 9])
  }
})

studio('the local model embeds and answers', async () => {
  const input = ['Where is my order?']
  const embed = (more) => client.embeddings.create({ model: 'local/all-minilm-l6-v2', input, ...more })
  const [floats, packed] = [await embed({ encoding_format: 'float' }), await embed()].map(({ data }) => data[0].embedding)
  assert.equal(floats.length, 384)
  assert.ok(floats.every((value, at) => Math.abs(value - packed[at]) < 1e-6))
  const call = { model: 'local/smollm2-135m-instruct', messages: user('Say hello.'), max_tokens: 6, temperature: 0 }
  const plain = (await chat.create(call)).choices[0].message.content
  assert.equal(textOf(await list(await chat.create({ ...call, stream: true }))), plain)
})

check('the models are listed', async () => {
  const names = (await list(client.models.list())).map(({ id }) => id)
  const wanted = direct ? ['echo'] : ['acme/echo', 'claude/echo', 'local/smollm2-135m-instruct', 'local/all-minilm-l6-v2']
  for (const name of wanted) assert.ok(names.includes(name), `${name} is not in ${names}`)
})

check('errors are the client’s own exceptions', async () => {
  const call = (model, more = {}, by = client) => by.chat.completions.create({ model, messages: user('Hello'), ...more })
  await raises(OpenAI.AuthenticationError, () => call(model('acme/echo'), {}, client.withOptions({ apiKey: 'atl_wrong' })))
  const missing = await raises(OpenAI.NotFoundError, () => call(model('acme/nonesuch')))
  assert.equal(missing.code, 'model_not_found')
  const long = await raises(OpenAI.BadRequestError, () => call(model('acme/fault-context')))
  assert.equal(long.code, 'context_length_exceeded')
})

studio('errors of the studio’s own are the client’s exceptions too', async () => {
  const call = (model, more = {}, by = client) => by.chat.completions.create({ model, messages: user(unique()), ...more })
  await raises(OpenAI.PermissionDeniedError, () => call('acme/echo', {}, client.withOptions({ apiKey: readKey })))
  for (const name of ['nobody/echo', 'prompt/nothing@production']) await raises(OpenAI.NotFoundError, () => call(name))
  const wrong = [OpenAI.BadRequestError, OpenAI.UnprocessableEntityError]
  await raises(wrong, () => call('acme/echo', { messages: [] }))
  await raises(wrong, () => call('acme/echo', { atelier: { cache: 'sometimes' } }))
  const spent = await raises(OpenAI.RateLimitError, () => call('acme/gpt-4o-mini', { atelier: { user: 'spender' } }))
  assert.match(spent.message, /budget/i)
})

studio('a stream that is left early ends at the provider too', async () => {
  const said = unique()
  const stream = await chat.create({ model: 'acme/echo-50tps', messages: user(said), stream: true, max_tokens: 500 })
  for await (const _ of stream) break
  await new Promise((done) => setTimeout(done, 500))
  const requests = await (await fetch(`${process.env.ATELIER_UPSTREAM}/_requests`)).json()
  const left = requests.find(({ body }) => JSON.stringify(body).includes(said))
  assert.ok(left.closed_early_ms !== null, 'the provider went on')
})

await run()

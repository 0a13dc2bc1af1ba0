// Anthropic's client for Node, unchanged but for base URL and key.

import assert from 'node:assert/strict'

import Anthropic from '@anthropic-ai/sdk'

import { address, asked, check, direct, headers, key, list, model, pixel, raises, readKey, run, studio, unique, user } from './checks.mjs'

// The client of today sends its key as a bearer; the fake upstream knows keys where Anthropic's reference has them.
const options = direct ? { defaultHeaders: { 'x-api-key': key } } : {}
const client = new Anthropic({ baseURL: address, apiKey: key, maxRetries: 0, timeout: 60_000, ...options })
const weather = {
  name: 'get_weather',
  description: 'The weather in a city',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const claude = 'claude/claude-echo'
// Its own protocol, and one that is translated to; the latter only where a studio translates.
const models = direct ? [claude] : [claude, 'acme/gpt-4o-mini']
const tools = direct ? ['claude/tool'] : ['claude/tool', 'acme/tool']
const call = (name, said, more = {}) => ({ model: model(name), max_tokens: 64, messages: user(said), ...more })
const ask = (name, said, more) => client.messages.create(call(name, said, more))
const texts = ({ content }) => content.map(({ text }) => text)

check('a message is answered, by its own provider and by one of OpenAI’s kind', async () => {
  for (const name of models) {
    const said = unique()
    const answer = await ask(name, said, { temperature: 0.2 }).withResponse()
    assert.deepEqual([texts(answer.data), answer.data.stop_reason], [[said], 'end_turn'])
    const { usage } = answer.data
    // Anthropic's input tokens leave out what was cached.
    assert.deepEqual([usage.input_tokens, usage.cache_read_input_tokens], [name === claude ? 10 : 12, 8])
    headers(answer, 'off', 'miss')
    const [sent] = await asked(said)
    assert.deepEqual([sent.temperature, sent.model], [0.2, name.split('/')[1]])
  }
})

check('the system’s words reach either kind where they belong', async () => {
  for (const name of models) {
    const [said, system] = [unique(), unique('Be brief')]
    assert.deepEqual(texts(await ask(name, said, { system })), [said])
    const [sent] = await asked(said)
    assert.ok(JSON.stringify(name === claude ? sent.system : sent.messages[0]).includes(system), JSON.stringify(sent))
  }
})

check('a streamed message comes as the events that Anthropic has', async () => {
  for (const name of models) {
    const kinds = (await list(await ask(name, unique(), { stream: true }))).map(({ type }) => type)
    const order = kinds.filter((kind) => !['ping', 'content_block_delta'].includes(kind))
    assert.deepEqual(order, ['message_start', 'content_block_start', 'content_block_stop', 'message_delta', 'message_stop'])
  }
})

check('the client’s own stream helper follows along', async () => {
  for (const name of models) {
    const said = unique()
    const stream = client.messages.stream(call(name, said))
    let seen = ''
    stream.on('text', (delta) => (seen += delta))
    const final = await stream.finalMessage()
    assert.deepEqual([seen, texts(final), final.stop_reason], [said, [said], 'end_turn'])
    assert.ok(final.usage.output_tokens > 0)
  }
})

check('tools are called, two at once, and their answers go back', async () => {
  for (const name of tools) {
    const said = unique('What is the weather')
    const first = await client.messages.stream(call(name, said, { tools: [weather] })).finalMessage()
    const calls = first.content.filter(({ type }) => type === 'tool_use')
    assert.deepEqual([calls.map(({ input }) => input.city), first.stop_reason], [['Paris', 'Zürich'], 'tool_use'])
    const results = calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: '21 °C' }))
    const messages = [...user(said), { role: 'assistant', content: first.content }, { role: 'user', content: results }]
    const second = await ask(name, said, { messages, tools: [weather] })
    assert.match(second.content[0].text, /21 degrees/)
    const sent = (await asked(said)).at(-1).messages
    const back = name === 'claude/tool' ? sent.at(-1).content.map((part) => part.tool_use_id) : sent.filter(({ role }) => role === 'tool').map((part) => part.tool_call_id)
    assert.deepEqual(back, calls.map(({ id }) => id))
  }
})

check('thinking goes to the provider, and comes back with its signature', async () => {
  const said = unique('Which is greater')
  const thinking = { type: 'enabled', budget_tokens: 1024 }
  const answers = [
    await ask('claude/reasoning', said, { thinking, max_tokens: 2048 }),
    await client.messages.stream(call('claude/reasoning', said, { thinking, max_tokens: 2048 })).finalMessage(),
  ]
  for (const { content } of answers) {
    assert.deepEqual(content.map(({ type }) => type), ['thinking', 'text'])
    assert.ok(content[0].signature)
  }
  for (const sent of await asked(said)) assert.deepEqual(sent.thinking, thinking)
})

check('an image reaches either kind', async () => {
  for (const name of models) {
    const said = unique('What is in this image')
    await ask(name, [{ type: 'text', text: said }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } }])
    assert.ok(JSON.stringify((await asked(said))[0].messages.at(-1)).includes(pixel))
  }
})

check('fields that nobody knows pass through, and what is the studio’s own stays here', async () => {
  const said = unique()
  const vendor = { deep: [1, 2.5, null] }
  const block = { type: 'text', text: said, cache_control: { type: 'ephemeral' } }
  const atelier = direct ? {} : { atelier: { tags: ['checkout'], user: 'user-42' } }
  await ask(claude, [block], { vendor, metadata: { user_id: 'u' }, ...atelier })
  const [sent] = await asked(said)
  assert.deepEqual([sent.vendor, sent.metadata, 'atelier' in sent, sent.messages[0].content], [vendor, { user_id: 'u' }, false, [block]])
})

studio('a prompt is asked by its name and label', async () => {
  const variables = { shop_name: 'kites', question: 'Hello?' }
  const said = unique()
  const answer = await ask('claude/echo', said, { atelier: { prompt: 'support/reply', label: 'production', variables } }).withResponse()
  assert.equal(answer.response.headers.get('x-atelier-prompt'), 'support/reply@2')
  assert.match(JSON.stringify((await asked(said))[0].system), /kites, briefly/)
})

studio('the same question is answered from the cache, plain and streamed', async () => {
  const said = unique()
  const atelier = { cache: 'exact' }
  for (const cache of ['miss', 'exact']) {
    const answer = await ask(claude, said, { atelier }).withResponse()
    headers(answer, cache)
    assert.deepEqual(texts(answer.data), [said])
  }
  const other = unique()
  for (const cache of ['miss', 'exact']) {
    const { data, response } = await client.messages.stream(call(claude, other, { atelier })).withResponse()
    assert.deepEqual(texts(await data.finalMessage()), [other])
    assert.equal(response.headers.get('x-atelier-cache'), cache)
  }
  assert.equal((await asked(said)).length + (await asked(other)).length, 2)
})

studio('a provider that fails once is asked again', async () => {
  const said = unique()
  assert.deepEqual(texts(await ask('claude/fault-500-then-ok', said)), [said])
  assert.equal((await asked(said)).length, 2)
})

studio('the local model answers, plain and streamed', async () => {
  const local = call('local/smollm2-135m-instruct', 'Say hello.', { max_tokens: 6, temperature: 0 })
  const plain = await client.messages.create(local)
  const streamed = await client.messages.stream(local).finalMessage()
  assert.ok(plain.content[0].text && plain.usage.input_tokens > 0)
  assert.deepEqual([texts(streamed), streamed.stop_reason], [texts(plain), plain.stop_reason])
})

check('errors are the client’s own exceptions', async () => {
  const other = client.withOptions({ apiKey: 'atl_wrong', defaultHeaders: { 'x-api-key': 'atl_wrong' } })
  const wrong = await raises(Anthropic.AuthenticationError, () => other.messages.create(call(claude, 'Hello')))
  assert.equal(wrong.error.error.type, 'authentication_error')
  const missing = await raises(Anthropic.NotFoundError, () => ask('claude/nonesuch', 'Hello'))
  assert.equal(missing.error.error.type, 'not_found_error')
})

studio('errors of the studio’s own are the client’s exceptions too', async () => {
  const reader = client.withOptions({ apiKey: readKey })
  await raises(Anthropic.PermissionDeniedError, () => reader.messages.create(call(claude, 'Hello')))
  for (const name of ['acme/nonesuch', 'nobody/echo']) await raises(Anthropic.NotFoundError, () => ask(name, 'Hello'))
  const wrong = [Anthropic.BadRequestError, Anthropic.UnprocessableEntityError]
  await raises(wrong, () => ask(claude, 'Hello', { messages: [] }))
  await raises(wrong, () => ask(claude, 'Hello', { atelier: { cache: 'sometimes' } }))
  for (const stream of [false, true]) {
    const spent = await raises(Anthropic.RateLimitError, () => ask('acme/gpt-4o-mini', unique(), { stream, atelier: { user: 'spender' } }))
    assert.match(spent.message, /budget/i)
  }
})

await run()

// What both Node scripts stand on: checks that run one after the other and say on a line each what they came to.

import assert from 'node:assert/strict'

const env = process.env
export const address = env.ATELIER_ROOT
export const key = env.ATELIER_KEY
export const readKey = env.ATELIER_READ_KEY ?? ''
// Without a studio in between.
export const direct = 'ATELIER_DIRECT' in env
export const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const checks = []
/** A check that makes sense without a studio too. */
export const check = (name, act) => checks.push({ name, act })
/** A check of what only the studio does. */
export const studio = (name, act) => checks.push({ name, act, skipped: direct && 'needs a studio' })

export async function run() {
  for (const { name, act, skipped } of checks) {
    const said = { name, ...(skipped && { skipped }) }
    if (!skipped) await act().catch((error) => (said.problem = error.stack))
    console.log(JSON.stringify(said))
  }
}

/** `acme/echo`; without a studio the provider's name for it. */
export const model = (name) => (direct ? name.split('/').slice(1).join('/') : name)

/** Words that nobody said before: caches know nothing of them. */
export const unique = (words = 'Where is my order') => `${words} ${crypto.randomUUID().slice(0, 13)}?`

/** What the provider was asked with these words in it, in order. */
export async function asked(about) {
  const requests = await (await fetch(`${env.ATELIER_UPSTREAM}/_requests`)).json()
  return requests.map(({ body }) => body).filter((body) => JSON.stringify(body).includes(about))
}

/** The studio's headers, which every answer has. */
export function headers({ response }, ...caches) {
  if (direct) return
  const of = (name) => response.headers.get(`x-atelier-${name}`)
  assert.match(of('request-id'), /^[0-9a-f-]{36}$/)
  assert.ok(caches.includes(of('cache')), `cache: ${of('cache')}`)
  assert.ok(Number(of('cost')) >= 0 && of('cost') !== null, `cost: ${of('cost')}`)
}

export const user = (content) => [{ role: 'user', content }]

export async function list(stream) {
  const all = []
  for await (const one of stream) all.push(one)
  return all
}

/** The exception that a call ends with, one of these. */
export async function raises(kinds, call) {
  try {
    await call()
  } catch (error) {
    assert.ok([kinds].flat().some((kind) => error instanceof kind), `${error.constructor.name}: ${error.stack}`)
    return error
  }
  throw new Error('nothing was raised')
}

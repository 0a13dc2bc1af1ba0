// Six columns of the playground at 1,000 tokens a second each, as a stand-in provider sends them: the longest time between two
// frames, what the page's memory grows by, and how long after the tab is closed the provider is left.
//
//   tools/bench/columns.sh            prints one line for an idle page and one for the six columns

import { Stage, Studio, greeting, open, owner, upstream } from './support.mjs'

const TOKENS = Number(process.env.TOKENS ?? 8_000)
const studio = await Studio.start()
const fake = await upstream()
const stage = new Stage(studio)
const project = await studio.settle()
const id = await studio.prompt(project, 'support/reply', [greeting()])
await studio.command(['provider', 'add', '--project', project.name, '--name', 'acme', '--kind', 'openai', '--base-url', `${fake.url}/v1`], 'sk-test-1')
const page = await stage.person({ as: owner })
const memory = await page.context().newCDPSession(page)
const columns = Array.from({ length: 6 }, () => `1~acme/echo-1000tps~~${TOKENS}`).join(';')
await open(page, `/p/${project.id}/playground?prompt=${id}&cols=${columns}`)
await page.getByLabel('question').fill('Where is my order, and when will it be here?')

/** Gaps between frames until `end`. */
async function frames(end) {
  await page.evaluate(() => {
    window.gaps = []
    let last = performance.now()
    const tick = (now) => {
      window.gaps.push(now - last)
      last = now
      if (!window.enough) requestAnimationFrame(tick)
    }
    window.enough = false
    requestAnimationFrame(tick)
  })
  await end()
  const gaps = await page.evaluate(() => {
    window.enough = true
    return window.gaps.slice(1).sort((a, b) => a - b)
  })
  return { frames: gaps.length, p50: gaps[Math.floor(gaps.length / 2)], p99: gaps[Math.floor(gaps.length * 0.99)], longest: gaps.at(-1) }
}

async function heap() {
  await memory.send('HeapProfiler.collectGarbage')
  const { usedSize } = await memory.send('Runtime.getHeapUsage')
  const wasm = await page.evaluate(() => performance.measureUserAgentSpecificMemory?.().then(({ bytes }) => bytes).catch(() => 0))
  return { js: Math.round(usedSize / 1e6), all: wasm ? Math.round(wasm / 1e6) : undefined }
}

const say = (what, { frames: count, p50, p99, longest }, more = '') =>
  console.log(`${what}: ${count} frames, between two of them p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, longest ${longest.toFixed(0)} ms${more}`)

say('an idle page', await frames(() => page.waitForTimeout(5_000)))
const before = await heap()
const began = Date.now()
const columnsDone = async () => {
  await page.getByRole('button', { name: /^Run all/ }).click()
  for (const name of 'ABCDEF') await page.getByRole('region', { name: `Column ${name}`, exact: true }).getByText(/Done in/).waitFor({ timeout: 120_000 })
}
const gaps = await frames(columnsDone)
const seconds = (Date.now() - began) / 1_000
const after = await heap()
say(`six columns of ${TOKENS} tokens`, gaps, `; ${((6 * TOKENS) / seconds).toFixed(0)} tokens/s together; heap ${before.js} MB before, ${after.js} MB after`)

// The tab is closed in the middle: the provider hears it.
await page.getByRole('button', { name: /^Run all/ }).click()
await page.waitForTimeout(1_500)
const closed = Date.now()
await page.close()
let left
while (left === undefined && Date.now() - closed < 10_000) {
  const asked = (await (await fetch(`${fake.url}/_requests`)).json()).slice(-6)
  if (asked.every((request) => request.closed_early_ms !== null)) left = Date.now() - closed
  else await new Promise((next) => setTimeout(next, 10))
}
console.log(left === undefined ? 'the provider was not left within 10 s' : `the provider was left by all six ${left} ms after the tab was closed`)
fake.end()
await studio.stop()
process.exit(0)

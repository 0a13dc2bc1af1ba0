// From a key to the frame that shows it, in the prompt's editor and in a bare textarea of the same text:
//
//   node end2end/editor/typing.mjs                            in a studio of its own (ATELIER_BIN, else the release build)
//   node end2end/editor/typing.mjs --alone                    the editor by itself, without a studio
//   node end2end/editor/typing.mjs --url URL [--cookie A=B]   a page that is served already, whatever it holds
//
// A frame counts as painted when the message comes that its requestAnimationFrame posted. Chromium is told not to wait for
// the display, so that figures tell of work done and not of 60 frames a second.

import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'

import { owner, Studio } from '../support.mjs'
import { serve } from './site.mjs'

const KEYS = 300
const WARM = 30
const GAP = 40 // ms between keys; what a page does after a frame falls on the next key if it takes longer
const flags = ['--no-sandbox', '--disable-gpu', '--disable-gpu-vsync', '--disable-frame-rate-limit']

const { values: given } = parseArgs({ options: { alone: { type: 'boolean' }, url: { type: 'string' }, cookie: { type: 'string' } } })

const line = 'You answer customers of {{shop_name}} about orders, refunds and repairs; at most {{max_sentences}} sentences.\n'
const text = (bytes) => line.repeat(Math.floor(bytes / line.length)) // whole lines: half a tag cannot be saved
const prompts = [
  { name: 'one message of 20 KB', messages: [{ role: 'user', content: text(20_000) }] },
  { name: 'ten messages of 2 KB', messages: Array.from({ length: 10 }, (_, at) => ({ role: at % 2 ? 'assistant' : 'user', content: text(2_000) })) },
]
const editor = 'prompt-editor[data-state=ready] .cm-content'

/** Runs in the page: when each key was pressed, and when what it wrote was painted. */
function clock() {
  window.keys = []
  let pressed = 0
  addEventListener('keydown', (event) => (pressed = event.timeStamp), true)
  addEventListener('input', (event) => {
    if (!event.isTrusted) return // the editor tells its textarea what was written
    const from = pressed
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => window.keys.push(performance.now() - from)
      port2.postMessage(0)
    })
  }, true)
}

async function measure(browser, { url, cookie }, selector) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  if (cookie) {
    const [name, value] = cookie.split(/=(.*)/s)
    await context.addCookies([{ name, value, url: new URL(url).origin }])
  }
  const page = await context.newPage()
  await page.addInitScript(clock)
  await page.goto(url)
  await page.waitForLoadState('networkidle')
  await page.locator(selector).first().click()
  await page.keyboard.press('Control+Home')
  for (let down = 0; down < 5; down += 1) await page.keyboard.press('ArrowDown')
  const words = 'some words as people write them, one after the other. '
  for (let key = 0; key < WARM + KEYS; key += 1) {
    await page.keyboard.press(words[key % words.length] === ' ' ? 'Space' : words[key % words.length])
    await page.waitForTimeout(GAP)
  }
  const all = await page.evaluate(() => window.keys)
  await context.close()
  if (all.length < WARM + KEYS) throw new Error(`${url}: ${all.length} of ${WARM + KEYS} keys were painted`)
  return all.slice(-KEYS).sort((a, b) => a - b)
}

const ms = (number) => `${number.toFixed(1)} ms`.padStart(9)
const show = (name, sorted) => console.log(`${name.padEnd(34)}${[0.5, 0.95].map((part) => ms(sorted[Math.ceil(sorted.length * part) - 1])).join('')}${ms(sorted.at(-1))}`)

/** Pages with the editor, by the names of their prompts; `close` ends what serves them. */
async function pages(site) {
  if (given.url) return { list: [{ name: given.url, at: { url: given.url, cookie: given.cookie } }], close: () => {} }
  if (given.alone) {
    const list = prompts.map(({ name, messages }, number) => ({ name, at: { url: site.show(`/${number}`, messages.map(({ role, content }) => ({ role, text: content }))) } }))
    return { list, close: () => {} }
  }
  const studio = await Studio.start()
  const project = await studio.settle()
  const { session } = await studio.as(owner)
  const list = []
  for (const { name, messages } of prompts) {
    const id = await studio.prompt(project, name.replaceAll(' ', '-'), [{ messages }])
    list.push({ name, at: { url: `${studio.url}/p/${project.id}/prompts/${id}`, cookie: session } })
  }
  return { list, close: () => studio.stop() }
}

const site = await serve()
const browser = await chromium.launch({ executablePath: process.env.CHROME || '/usr/bin/chromium', args: flags })
try {
  const { list, close } = await pages(site)
  try {
    console.log(`${KEYS} keys, key to paint, without waiting for the display (${flags.slice(-2).join(' ')})`)
    console.log(`${''.padEnd(34)}${['p50', 'p95', 'max'].map((head) => head.padStart(9)).join('')}`)
    for (const { name, at } of list) show(`editor, ${name}`, await measure(browser, at, editor))
    for (const { name, messages } of prompts) {
      const url = site.show('/bare', messages.map(({ role, content }) => ({ role, text: content })), [], { bare: true })
      show(`textarea, ${name}`, await measure(browser, { url }, 'textarea'))
    }
  } finally {
    await close()
  }
} finally {
  await browser.close()
  await site.close()
}

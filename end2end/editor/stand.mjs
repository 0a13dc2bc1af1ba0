// What the checks of the editor stand on: the page by itself, a browser, and an eye on what the page says.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'

import { serve } from './site.mjs'

const variables = [
  { name: 'product', type: 'text', description: 'What is sold.' },
  { name: 'order_id', type: 'number' },
]
const prompts = [
  { id: '1', name: 'support/tone-of-voice', latest: 4, labels: ['production', 'staging'] },
  { id: '2', name: 'support/reply', latest: 7, labels: [] },
]
export const ready = 'prompt-editor[data-state=ready]'

export const site = await serve(prompts)
const browser = await chromium.launch({ executablePath: process.env.CHROME || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
after(async () => {
  await browser.close()
  await site.close()
})

let pages = 0
/** A test on a page of these messages, which says nothing in the console. */
export function check(name, messages, act, options) {
  test(name, { timeout: 60_000 }, async () => {
    const context = await browser.newContext({ viewport: { width: 900, height: 800 }, permissions: ['clipboard-read', 'clipboard-write'] })
    context.setDefaultTimeout(5_000)
    const page = await context.newPage()
    const said = []
    page.on('console', (message) => said.push(message.text()))
    page.on('pageerror', (error) => said.push(error.stack))
    await page.addInitScript(listen)
    try {
      const url = site.show(`/${(pages += 1)}`, messages, variables, options)
      await act({ page, url, open: async () => (await page.goto(url), await page.waitForSelector(ready)), said })
      assert.deepEqual(said, [])
    } finally {
      await context.close()
    }
  })
}

/** Runs in the page: remembers what its listeners were told. */
function listen() {
  window.heard = []
  addEventListener('input', ({ target }) => window.heard.push(target.value))
}

export const text = (content, more) => ({ role: 'User', text: content, ...more })
export const content = (page, at = 0) => page.locator('.cm-content').nth(at)
export const value = (page, at = 0) => page.locator('textarea').nth(at).evaluate((area) => area.value)
export const written = (page, at = 0) => page.locator('prompt-editor').nth(at).evaluate((element) => element.editor.view.state.doc.toString())
export const flush = (page) => page.evaluate(() => document.dispatchEvent(new Event('atelier:flush')))
export const set = (page, name, value) => page.locator('textarea').first().evaluate((area, [name, value]) => area.setAttribute(name, value), [name, value])
/** The list is there and takes keys: for a moment after it opened it takes none, lest a key meant for the text chose from it. */
export const offered = async (page) => {
  await page.waitForSelector('.cm-tooltip-autocomplete [aria-selected]')
  await page.waitForTimeout(120)
  return page.locator('.cm-completionLabel').allTextContents()
}
/** What axe finds in the editor. */
export async function axe(page) {
  const { violations } = await new AxeBuilder({ page }).include('prompt-editor').analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)
}

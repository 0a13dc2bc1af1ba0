// From a fresh start to a prompt that an engineer pulls: the path that the product is for.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { editors, journey, leads, message, open, owner, ready, save } from '../support.mjs'

const run = promisify(execFile)

journey('from set-up to a prompt that is written, run, published, pulled and rolled back', async (stage) => {
  const page = await stage.person()
  await setUp(page)
  await writeTheFirst(page)
  await runIt(page)
  await publish(page, 1)
  await changeIt(page)
  await publish(page, 2)
  const prompt = new URL(page.url()).pathname
  const key = await makeKey(page)
  const etag = await pull(stage, key)
  await useAsPasted(stage, page, prompt, key)
  await rollBack(page, prompt)
  const [rolled, at] = await pulled(stage, key, { 'if-none-match': etag })
  assert.equal(at.status, 200, 'an ETag of another version does not match')
  assert.equal(rolled.version, 1, 'the very next pull gets version 1')
})

async function setUp(page) {
  await open(page, '/')
  assert.equal(new URL(page.url()).pathname, '/setup', 'a fresh studio leads to its set-up')
  await page.getByLabel('Your name').fill(owner.name)
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password').fill(owner.password)
  await page.getByLabel('First project').fill('Northwind')
  await page.getByLabel('Load the sample project').uncheck()
  await leads(page, /\/p\/[^/]+\/prompts$/, () => page.getByRole('button', { name: 'Make the studio' }).click())
}

async function writeTheFirst(page) {
  await leads(page, /\/prompts\/new$/, () => page.getByRole('link', { name: 'Write the first prompt' }).click())
  await page.getByLabel('Name', { exact: true }).fill('support/reply')
  await page.getByLabel('Description').fill('Answers customers')
  await page.getByLabel('Tags').fill('support, customer-facing')
  await leads(page, /\/prompts\/[0-9a-f-]{36}$/, () => page.getByRole('button', { name: 'Make the prompt' }).click())
  await editors(page)
  await message(page, 1).fill('You answer customers of {{shop_name}}. Be brief.')
  await message(page, 2).fill('{{question}}')
  await page.getByLabel('Longest answer, tokens').fill('48')
  await save(page, { note: 'First words' })
}

async function runIt(page) {
  await page.getByLabel('shop_name').fill('Northwind')
  await page.getByLabel('question').fill('Where do I find my order number?')
  await page.evaluate(() => {
    const answer = document.querySelector('.p-answer')
    window.lengths = []
    new MutationObserver(() => window.lengths.push(answer.textContent.length)).observe(answer, { childList: true, characterData: true, subtree: true })
  })
  await page.getByRole('button', { name: 'Run' }).click()
  const measures = page.locator('.p-metrics')
  await measures.waitFor({ timeout: 90_000 })
  const grew = await page.evaluate(() => new Set(window.lengths).size)
  assert.ok(grew > 3, `the answer streams in, it does not fall in at once: ${grew} steps`)
  assert.match(await page.locator('.p-answer').innerText(), /\w{2}/)
  assert.match(await measures.innerText(), /First token\s+[\d.]+ m?s\s+Speed\s+\d+ \/ s\s+Tokens\s+\d+ \+ \d+\s+Cost\s+\$0\s+Time/)
  assert.match(await page.locator('#answer-h + [role=status]').innerText(), /Done|Ended/)
  await leads(page, /\/runs\/[0-9a-f-]{36}$/, () => page.getByRole('link', { name: 'Open the run' }).click())
  await page.getByText('support/reply version 1').waitFor()
  await leads(page, /\?v=1$/, () => page.getByRole('link', { name: 'support/reply version 1' }).click())
}

async function changeIt(page) {
  await editors(page)
  await message(page, 1).fill('You answer customers of {{shop_name}}. Be brief and warm.')
  await save(page, { note: 'Warmer', look: (dialog) => dialog.locator('ins', { hasText: 'and warm' }).first().waitFor() })
  const newest = page.locator('.c-timeline > li', { hasText: 'Warmer' })
  assert.match(await newest.innerText(), /2[\s\S]*Warmer[\s\S]*Ada Owner/)
}

async function publish(page, version) {
  await page.getByRole('button', { name: 'Publish' }).click()
  const dialog = page.getByRole('dialog', { name: `Publish version ${version}` })
  assert.equal(await dialog.getByLabel('Label').inputValue(), 'production')
  await dialog.getByLabel(/I want that/).check()
  await dialog.getByRole('button', { name: `Move production to version ${version}` }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.locator(`.l-top [data-label=production]`, { hasText: String(version) }).waitFor()
  const news = page.locator('.c-toast', { hasText: `“production” now points at version ${version}` })
  await news.first().waitFor()
  assert.equal(await news.count(), 1, 'it is said once')
}

async function makeKey(page) {
  await leads(page, /\/settings$/, () => page.getByRole('link', { name: 'Settings' }).click())
  await leads(page, /tab=keys$/, () => page.getByRole('link', { name: 'API keys' }).click())
  await page.getByRole('button', { name: 'Make a key' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Make a key' })
  await dialog.getByLabel('Name').fill('checkout service')
  await dialog.getByRole('button', { name: 'Make the key' }).click()
  const key = await dialog.locator('.c-secret code').innerText()
  assert.match(key, /^atl_[\w-]{20,}$/)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('row', { name: /checkout service/ }).waitFor()
  await dialog.locator('.c-secret').waitFor({ state: 'detached' })
  assert.ok(!(await page.content()).includes(key), 'it is shown only once')
  return key
}

async function pulled(stage, key, headers) {
  const reply = await stage.studio.rest(key, 'GET', '/prompts/support%2Freply?label=production', undefined, headers)
  return [reply.status === 200 ? await reply.json() : undefined, reply]
}

async function pull(stage, key) {
  const [prompt, reply] = await pulled(stage, key)
  assert.equal(prompt.version, 2)
  assert.deepEqual(prompt.variables, ['shop_name', 'question'])
  const etag = reply.headers.get('etag')
  const [, again] = await pulled(stage, key, { 'if-none-match': etag })
  assert.equal(again.status, 304)
  return etag
}

async function useAsPasted(stage, page, prompt, key) {
  await open(page, `${prompt}/use`)
  const pasted = (id) => page.locator(`#${id}`).innerText()
  const env = { ...process.env, ATELIER_KEY: key }
  const curl = await run('bash', ['-euc', await pasted('curl')], { env })
  assert.match(curl.stdout, /"version":\s*2/)
  const python = await run('python3', ['-c', await pasted('python')], { env })
  assert.match(python.stdout, /^2 /)
  const file = join(stage.studio.data, 'pasted.mjs')
  await writeFile(file, await pasted('typescript'))
  const typescript = await run(process.execPath, [file], { env })
  assert.match(typescript.stdout, /^2 /)
}

async function rollBack(page, prompt) {
  await open(page, `${prompt}/history`)
  await page.getByRole('button', { name: 'Roll back to 1' }).click()
  await page.locator('.l-top [data-label=production]', { hasText: '1' }).waitFor()
  await ready(page)
  await page.getByRole('button', { name: 'Roll back to 2' }).waitFor()
}

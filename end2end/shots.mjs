// Pictures of the main pages for people to look at: `node end2end/shots.mjs FOLDER`.
// A studio of its own with the sample project, in light and dark, at 1440 and 390 px.

import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { Stage, Studio, editors, leads, message, open, owner, upstream } from './support.mjs'

const folder = resolve(process.argv[2] ?? 'target/shots')
const looks = [
  ['light', { width: 1440, height: 900 }],
  ['dark', { width: 1440, height: 900 }],
  ['390', { width: 390, height: 844 }],
  ['390-dark', { width: 390, height: 844 }],
]

await mkdir(folder, { recursive: true })
const stage = new Stage(await Studio.start())
const page = await stage.person()

await open(page, '/setup')
await shoot('setup')
await page.getByLabel('Your name').fill(owner.name)
await page.getByLabel('E-mail').fill(owner.email)
await page.getByLabel('Password').fill(owner.password)
await page.getByLabel('First project').fill('Northwind')
await leads(page, /\/p\/[^/]+\/prompts$/, () => page.getByRole('button', { name: 'Make the studio' }).click())
const project = page.url().match(/\/p\/([^/]+)/)[1]
const list = `/p/${project}/prompts`

await visit('prompts', list)
const prompt = await page.getByRole('link', { name: 'support/reply', exact: true }).getAttribute('href')
await visit('prompts-search', `${list}?q=nothing-like-it`)
await visit('new-prompt', `${list}/new`)
await visit('prompt', prompt)
await answered()
await shoot('prompt-answered')
await page.getByRole('button', { name: 'Publish' }).click()
await page.getByRole('dialog', { name: /^Publish/ }).getByText(/pulled it/).waitFor()
await shoot('publish')
await visit('diff', `${prompt}/diff?from=2&to=4`)
await visit('diff-side', `${prompt}/diff?from=2&to=4&view=side`)
await visit('used-by', `${(await tone()).split('?')[0]}/users`)
await open(page, prompt)
await editors(page)
await message(page, 1).fill('You answer customers of {{shop_nme}}.\n\n{{> support/tone-of-voice}}\n\nAnswer in at most {{max_sentences}} sentences.')
await page.getByText('Draft saved').waitFor()
await shoot('draft')
await page.getByRole('button', { name: 'Save version', exact: true }).click()
await page.getByLabel('What changed, and why').waitFor()
await shoot('save')
await page.keyboard.press('Escape')
await page.getByRole('button', { name: 'Declare', exact: true }).click()
await shoot('variables')
await page.keyboard.press('Escape')
await page.getByRole('button', { name: 'Edit tools and answer' }).click()
await page.getByRole('button', { name: 'Add a tool' }).click()
await page.waitForTimeout(500)
await shoot('tool')
await visit('prompt-runs', `${prompt}/runs`)
await visit('history', `${prompt}/history`)
await visit('use-it', `${prompt}/use`)
await visit('runs', `/p/${project}/runs`)
await page.getByRole('rowheader').getByRole('link').first().click()
await page.getByText('Sent to the model').waitFor()
await shoot('runs-peek')
await page.getByRole('link', { name: 'Open', exact: true }).click()
await page.waitForURL(/\/runs\/[^/?]+$/)
await shoot('run')
await visit('requests', `/p/${project}/requests`)
await page.getByRole('rowheader').getByRole('link').first().click()
await page.getByText('Tokens and money').waitFor()
await shoot('requests-peek')
await page.getByRole('link', { name: 'Open', exact: true }).click()
await page.waitForURL(/\/requests\/[^/?]+$/)
await shoot('request')
await visit('requests-none', `/p/${project}/requests?q=nothing-like-it`)
for (const tab of ['members', 'keys', 'providers', 'prices', 'project']) await visit(`settings-${tab}`, `/p/${project}/settings?tab=${tab}`)
await page.goto(`/p/${project}/settings?tab=keys`)
await page.getByRole('button', { name: 'Make a key' }).first().click()
await shoot('new-key')
await open(page, `/p/${project}/playground?prompt=${prompt.split('/').pop()}&cols=0;1~~~32`)
await page.getByRole('button', { name: /^Run all/ }).click()
for (const name of ['A', 'B']) await page.getByRole('region', { name: `Column ${name}`, exact: true }).getByText(/Done in/).waitFor({ timeout: 90_000 })
await shoot('playground')
const fake = await upstream()
await stage.studio.command(['provider', 'add', '--project', 'Northwind', '--name', 'acme', '--kind', 'openai', '--base-url', `${fake.url}/v1`], 'sk-test-1')
const id = prompt.split('/').pop()
await open(page, `${prompt}/cases`)
await shoot('cases-empty')
await page.getByRole('button', { name: 'Import' }).click()
const lines = ['Where is my parcel? It should have been here on Friday.', 'Can I send back shoes that I have worn once?', 'You charged me twice!', 'Do you ship to Norway?', 'How do I change my address?', 'Is the blue one waterproof?', 'I want to speak to a person.', 'Cancel my order, please.']
await page.getByLabel('Or paste them').fill(['question,shop_name,max_sentences,expected', ...lines.map((line, at) => `"${line}",Northwind,2,${at % 2 ? `"${line}"` : ''}`)].join('\n'))
await page.getByRole('button', { name: 'Add them' }).click()
await page.getByRole('rowheader', { name: 'Case 8' }).waitFor()
await visit('cases', `${prompt}/cases`)
await page.getByRole('link', { name: 'Case 2', exact: true }).click()
await shoot('case')
await open(page, `/p/${project}/playground?prompt=${id}&cols=1~acme/echo;4~acme/fault-500;4~acme/gpt-5-mini~0.2`)
await page.getByText('Run all 8 test cases').click()
await shoot('playground-cases')
await leads(page, /\/grids\//, () => page.getByRole('button', { name: 'Run 8 cases' }).click())
await page.getByText('24 of 24 answers').waitFor({ timeout: 60_000 })
for (const name of ['Good: case 1, column A', 'Bad: case 1, column C', 'Good: case 2, column C']) await page.getByRole('button', { name }).click()
await shoot('grid')
await page.getByTitle('Case 2, column C: look at the whole answer').click()
await page.getByText('What do you think of it?').waitFor()
await shoot('grid-answer')
await page.keyboard.press('Escape')
await visit('grid-compare', `${new URL(page.url()).pathname}/compare?b=2`)
fake.end()
await visit('playground-choose', `/p/${project}/playground`)
await visit('import', `/p/${project}/prompts/import`)
await visit('account', '/account')
await visit('admin', '/admin')
await visit('projects', '/projects')
await open(page, list)
await page.keyboard.press('Control+k')
await page.getByRole('option', { name: /support\/reply/ }).waitFor()
await shoot('palette')
await page.keyboard.press('Escape')
await page.keyboard.press('?')
await shoot('shortcuts')
await narrow()
await visit('missing', '/nothing')
const stranger = await stage.person()
await open(stranger, '/signin')
await shoot('signin', stranger)
console.log([`pictures in ${folder}`, ...stage.complaints].join('\n'))
await stage.close()
process.exit()

async function visit(name, path) {
  await open(page, path)
  await shoot(name)
}

async function shoot(name, who = page) {
  for (const [look, size] of looks) {
    await who.setViewportSize(size)
    await who.emulateMedia({ colorScheme: look.includes('dark') ? 'dark' : 'light' })
    await who.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))))
    await who.screenshot({ path: join(folder, `${name}-${look}.png`), animations: 'disabled' })
  }
  await who.setViewportSize(looks[0][1])
  await who.emulateMedia({ colorScheme: 'light' })
}

async function answered() {
  for (const field of await page.locator('#run textarea').all()) await field.fill('Can I send the kettle back after three weeks?')
  await page.getByRole('button', { name: 'Run' }).click()
  await page.locator('.p-metrics').waitFor({ timeout: 120_000 })
}

/** What others include. */
async function tone() {
  await open(page, list)
  return page.getByRole('link', { name: 'support/tone-of-voice', exact: true }).getAttribute('href')
}

/** The navigation of a narrow screen. */
async function narrow() {
  await open(page, list)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByRole('button', { name: 'Open navigation' }).click()
  await page.screenshot({ path: join(folder, 'navigation-390.png') })
  await page.setViewportSize(looks[0][1])
}

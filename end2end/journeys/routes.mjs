// Every route: by its address and by a click, alive, without a word on the console, and open to everybody:
// axe finds nothing in light and dark, wide and narrow, and nothing is wider than a small phone.

import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'

import { greeting, journey, leads, open, owner } from '../support.mjs'
import { filled, routes } from '../routes.mjs'

const strangers = /^\/(setup|signin|invite|reset)/
const looks = [
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 1440, height: 900, colorScheme: 'dark' },
  { width: 390, height: 844, colorScheme: 'dark' },
  { width: 390, height: 844, colorScheme: 'light' },
]

/** A project with something on every page. */
async function furnish(stage) {
  const { studio } = stage
  const project = await studio.settle()
  const versions = [greeting('You answer customers of {{shop_name}}.', 'First draft'), greeting('You answer customers of {{shop_name}}. Be brief.', 'Shorter')]
  const prompt = await studio.prompt(project, 'support/reply', versions, { description: 'Answers customers', tags: ['support', 'customer-facing'] })
  await studio.prompt(project, 'support/a-rather-long-name-for-a-prompt-that-nobody-should-have-to-read-in-full', [greeting()])
  const key = await studio.key(project.name, 'gateway')
  const answer = await studio.rest(key, 'POST', '/prompts/support%2Freply/run', { label: 'production', variables: { shop_name: 'Northwind', question: 'Where is it?' } })
  assert.equal(answer.status, 200, await answer.text())
  await studio.command(['user', 'add', '--email', 'vera@example.com', '--name', 'Vera Viewer', '--project', project.name, '--role', 'viewer'], 'another four plain words')
  return { project, prompt }
}

async function firstRun(page, project) {
  await open(page, `/p/${project.id}/runs`)
  const href = await page.getByRole('rowheader').getByRole('link').first().getAttribute('href')
  return decodeURIComponent(href).match(/[0-9a-f-]{36}$/)[0]
}

/** A grid of one case, which the model of this machine answers; gives its id. */
async function grid(page, project, prompt, run) {
  await open(page, `/p/${project.id}/runs/${run}`)
  await page.getByRole('button', { name: 'The values', exact: true }).click()
  await page.getByText('test case 1').waitFor()
  await open(page, `/p/${project.id}/prompts/${prompt}/cases`)
  await leads(page, /\/grids\//, () => page.getByRole('button', { name: 'Run 1 case × 1 column' }).click())
  await page.getByText('1 of 1 answers').waitFor({ timeout: 60_000 })
  return page.url().split('/').pop()
}

/** A test that runs, and a draft; gives their ids. */
async function tests(stage, project) {
  const key = await stage.studio.key(project.name, 'read,manage,ingest')
  const variant = (key, version) => ({ key, weight: 0.5, prompt: 'support/reply', version })
  const body = (key) => ({ key, name: `Test ${key}`, hypothesis: 'Shorter is better.', variants: [variant('a', 1), variant('b', 2)], metrics: [{ name: 'resolved', min_effect: 0.05 }] })
  const made = []
  for (const name of ['running', 'draft']) {
    const reply = await stage.studio.rest(key, 'POST', '/experiments', body(name))
    assert.equal(reply.status, 201, await reply.clone().text())
    made.push((await reply.json()).id)
  }
  const reply = await stage.studio.rest(key, 'POST', '/experiments/running/start')
  assert.equal(reply.status, 200, await reply.text())
  return made
}

/** The last thing that was asked through the studio. */
async function firstRequest(page, project) {
  await open(page, `/p/${project.id}/requests`)
  const href = await page.getByRole('rowheader').getByRole('link').first().getAttribute('href')
  return decodeURIComponent(href).match(/[0-9a-f-]{36}$/)[0]
}

/** The links that the owner sends: each is shown once. */
async function links(page, project) {
  await open(page, `/p/${project.id}/settings?tab=members`)
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Invite somebody' })
  await dialog.getByLabel('E-mail').fill('new@example.com')
  await dialog.getByRole('button', { name: 'Make the link' }).click()
  const invite = await dialog.locator('.c-secret code').innerText()
  await open(page, '/admin')
  await page.getByRole('button', { name: 'Make a reset link for Vera Viewer' }).click()
  const reset = await page.locator('.c-secret code').innerText()
  return [invite, reset].map((link) => link.split('/').pop())
}

journey('every route is alive after a refresh and after a click, and axe finds nothing', async (stage, t) => {
  const { project, prompt } = await furnish(stage)
  const page = await stage.person({ as: owner })
  const run = await firstRun(page, project)
  const request = await firstRequest(page, project)
  const [invite, reset] = await links(page, project)
  const [running, draft] = await tests(stage, project)
  const all = filled({ project: project.id, prompt, run, request, experiment: draft, grid: await grid(page, project, prompt, run), token: 'TOKEN' })
  t.diagnostic(`${routes.length} routes`)

  for (const path of all.filter((path) => !strangers.test(path))) await visit(stage, page, path)
  await tabs(stage, page, project)
  for (const tab of ['results', 'samples', 'slices', 'setup', 'history']) await visit(stage, page, `/p/${project.id}/experiments/${running}?tab=${tab}`)
  for (const step of ['variants', 'split', 'audience', 'metrics', 'review']) await visit(stage, page, `/p/${project.id}/experiments/${draft}/setup?step=${step}`)
  await click(stage, page, all.filter((path) => !strangers.test(path)))
  await openThings(stage, page, project, prompt)
  await bench(stage, page, project, prompt, all.find((path) => /\/grids\/[^/]+$/.test(path)))

  const stranger = await stage.person()
  for (const path of ['/signin', `/invite/${invite}`, `/reset/${reset}`]) {
    await refresh(stage, stranger, path)
    await everyLook(stage, stranger, path)
  }
  await open(stranger, `/invite/${invite}`)
  await leads(stranger, '/signin', () => stranger.getByRole('link', { name: 'Sign in' }).click())
}, { timeout: 900_000 }) // more than a hundred pages under axe

journey('the set-up page is alive, open to everybody, and answers beside its fields', async (stage) => {
  const page = await stage.person()
  await refresh(stage, page, '/setup')
  await everyLook(stage, page, '/setup')
  stage.expect(422, /^\/fn\/set_up/)
  await page.getByRole('button', { name: 'Make the studio' }).click()
  await page.locator('#f-password-error').waitFor()
  await page.locator('#f-name-error').waitFor()
  assert.equal(await page.locator(':focus').getAttribute('id'), 'f-name', 'the focus is on the first mistake')
  await axe(stage, page, '/setup with errors')
})

async function refresh(stage, page, path) {
  const response = await open(page, path)
  assert.equal(response.status(), 200, path)
}

/** All there is to mend in one run: a page that fails does not hide the next. */
async function visit(stage, page, path) {
  try {
    await refresh(stage, page, path)
    await hydrated(page, path)
    await everyLook(stage, page, path)
  } catch (error) {
    stage.complaints.push(`${path}: ${error.message}`)
  }
}

/** The palette narrows what it lists: nothing but the wasm does that. */
async function hydrated(page, path) {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search or jump to' }).fill('All proj')
  await page.getByText('1 result', { exact: true }).waitFor()
  const found = page.locator('#palette-list [role=option]')
  assert.deepEqual(await found.allInnerTexts(), ['All projects'], path)
  await page.keyboard.press('Escape')
}

async function everyLook(stage, page, path) {
  for (const { width, height, colorScheme } of looks) {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme })
    await still(page)
    await axe(stage, page, `${path} at ${width} in ${colorScheme}`)
  }
  await fits(stage, page, path)
  await page.setViewportSize({ width: 1440, height: 900 })
}

/** Colours cross over when the scheme changes; what is half-way is nobody's colour. */
function still(page) {
  const frame = () => new Promise((next) => requestAnimationFrame(next))
  return page.evaluate(`(async () => {
    const frame = ${frame}
    await frame()
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished))
    await frame()
  })()`)
}

async function axe(stage, page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze()
  for (const { id, help, nodes } of violations) {
    const [{ html, failureSummary }] = nodes
    stage.complaints.push(`axe on ${where}: ${id}: ${help}, ${nodes.length} times, first at ${html.slice(0, 300)} ${failureSummary}`)
  }
}

async function fits(stage, page, where) {
  await page.setViewportSize({ width: 360, height: 740 })
  const wide = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return []
    const out = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    return out.slice(0, 5).map((element) => element.outerHTML.slice(0, 160))
  })
  if (wide.length) stage.complaints.push(`${where} is wider than 360 px: ${wide.join(', ')}`)
}

async function tabs(stage, page, project) {
  for (const tab of ['members', 'keys', 'gateway', 'project']) await visit(stage, page, `/p/${project.id}/settings?tab=${tab}`)
}

/** From page to page by the router alone: the document stays the same. */
async function click(stage, page, paths) {
  await open(page, '/account')
  await page.evaluate(() => (window.same = true))
  for (const path of paths.filter((path) => path !== '/')) {
    await page.evaluate((path) => {
      const link = Object.assign(document.createElement('a'), { href: path, textContent: path, id: 'journey' })
      document.querySelector('main').prepend(link)
    }, path)
    await leads(page, path, () => page.locator('#journey').click())
    // The page may be drawn into the same elements.
    await page.evaluate(() => document.querySelector('#journey')?.remove())
    await page.locator('main#main').waitFor()
    assert.match(await page.title(), /· Atelier$/, path)
    assert.ok(await page.evaluate(() => window.same), `${path} was loaded anew`)
    assert.equal(await page.locator('.c-callout[data-tone=bad]').count(), 0, `${path} shows an error`)
  }
}

/** What opens over or beside a page is a page as well. */
async function openThings(stage, page, project, prompt) {
  const { id } = project
  const dialog = async (path, button, name) => {
    await open(page, path)
    await page.getByRole('button', { name: button, exact: true }).first().click()
    await page.getByRole('dialog', { name }).waitFor()
    await everyLook(stage, page, `${path} with “${name}”`)
    await page.keyboard.press('Escape')
  }
  await dialog(`/p/${id}/prompts/${prompt}`, 'Publish', 'Publish version 2')
  await dialog(`/p/${id}/settings?tab=members`, 'Invite', 'Invite somebody')
  await dialog(`/p/${id}/settings?tab=keys`, 'Make a key', 'Make a key')
  await open(page, `/p/${id}/runs`)
  await page.getByRole('rowheader').getByRole('link').first().click()
  await page.getByRole('complementary', { name: 'Run' }).getByText('Sent to the model').waitFor()
  await everyLook(stage, page, 'the peek of a run')
  await open(page, `/p/${id}/requests`)
  await page.getByRole('rowheader').getByRole('link').first().click()
  await page.getByRole('complementary', { name: 'Request' }).getByText('Tokens and money').waitFor()
  await everyLook(stage, page, 'the peek of a request')
  await open(page, `/p/${id}/prompts`)
  await page.keyboard.press('Control+k')
  await page.getByRole('option', { name: /support\/reply/ }).waitFor()
  await everyLook(stage, page, 'the palette')
}

/** Answers side by side, and one of a grid. */
async function bench(stage, page, project, prompt, grid) {
  await open(page, `/p/${project.id}/playground?prompt=${prompt}&cols=1~~~8;2~~~8`)
  await page.getByLabel('From a test case').selectOption('1')
  await page.getByRole('button', { name: /^Run all/ }).click()
  for (const name of ['A', 'B']) await page.getByRole('region', { name: `Column ${name}`, exact: true }).getByText(/Done in/).waitFor({ timeout: 60_000 })
  await page.getByText('Run the test case on these columns').click()
  await everyLook(stage, page, 'the playground with answers')
  await open(page, grid)
  await page.getByTitle('Case 1, column A: look at the whole answer').click()
  await page.getByText('What do you think of it?').waitFor()
  await everyLook(stage, page, 'an answer of a grid')
  await page.keyboard.press('Escape')
  await open(page, `/p/${project.id}/prompts/${prompt}/cases?case=new`)
  await everyLook(stage, page, 'a new test case')
}

journey('what is not there says so, whoever asks', async (stage) => {
  const project = await stage.studio.settle()
  const other = await stage.studio.project('Closed')
  const hidden = await stage.studio.prompt(other, 'secret/plan', [greeting('The secret is {{question}}.')])
  const vera = { email: 'vera@example.com', password: 'another four plain words' }
  await stage.studio.command(['user', 'add', '--email', vera.email, '--project', project.name], vera.password)
  const page = await stage.person({ as: vera })
  stage.expect(404, /^\/(nothing|p\/)/)

  const response = await open(page, '/nothing/here')
  assert.equal(response.status(), 404)
  await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor()
  assert.equal(await page.locator('code').innerText(), response.headers()['x-request-id'])
  await everyLook(stage, page, 'the page that is missing')
  await leads(page, /\/p\//, () => page.getByRole('link', { name: 'To your projects' }).click())

  const nowhere = `/p/${other.id}`
  for (const path of [`${nowhere}/prompts`, `${nowhere}/prompts/${hidden}`, `${nowhere}/runs`, `${nowhere}/settings?tab=keys`, `/p/${project.id}/prompts/${hidden}`, '/p/none/prompts', `/p/${project.id}/prompts/none`]) {
    const response = await open(page, path)
    if (response.status() !== 404) stage.complaints.push(`${response.status()} instead of 404: ${path}`)
    const content = await page.content()
    assert.doesNotMatch(content, /secret|Closed/, path)
    assert.match(await page.locator('.l-app, main').first().innerText(), /not found|nothing|does not exist|no longer/i, path)
    await axe(stage, page, path)
  }
})

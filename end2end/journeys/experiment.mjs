// Tests on live traffic: one is set up by form, its difference is seen, and it is shipped; one without a difference shows no winner;
// one whose client loses part of a variant's outcomes raises the alarm.

import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'

import { greeting, journey, leads, open, owner, ready, upstream } from '../support.mjs'

const versions = [greeting('You answer customers of {{shop_name}} at length.'), greeting('You answer customers of {{shop_name}}. Be brief and warm.')]
const units = 3_000
const prompt = '/prompts/support%2Freply'

/** A prompt whose first version is live and whose second is not, and a key for everything. */
async function furnish(stage) {
  const { studio } = stage
  const project = await studio.settle()
  const id = await studio.prompt(project, 'support/reply', versions)
  const key = await studio.key(project.name, 'read,manage,ingest,gateway')
  const back = await studio.rest(key, 'PUT', `${prompt}/labels/production`, { version: 1 })
  assert.ok(back.ok, await back.text())
  return { project, id, key, list: `/p/${project.id}/experiments` }
}

async function axe(stage, page, where) {
  for (const [width, colorScheme] of [[1440, 'light'], [390, 'dark']]) {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme })
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.playState !== 'running' || animation.finished)))
    await page.waitForTimeout(120)
    const { violations } = await new AxeBuilder({ page }).analyze()
    for (const { id, nodes } of violations) stage.complaints.push(`axe on ${where} at ${width}: ${id}, first at ${nodes[0].html.slice(0, 300)} ${nodes[0].failureSummary}`)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (wide > 1) stage.complaints.push(`${where} is ${wide} px wider than ${width}`)
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${where.replace(/\W+/g, '-')}-${width}.png`, fullPage: true })
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.emulateMedia({ colorScheme: 'light' })
}

/** Everybody is assigned, as by a program; gives who got what. */
async function assign(stage, key, experiment, { from = 0, to = units, more = () => ({}) } = {}) {
  const names = Array.from({ length: to - from }, (_, at) => `user-${from + at}`)
  const got = new Map()
  const one = async () => {
    for (let unit = names.pop(); unit; unit = names.pop()) {
      const reply = await stage.studio.rest(key, 'POST', `/experiments/${experiment}/assign`, { unit, ...more(unit) })
      assert.equal(reply.status, 200, await reply.clone().text())
      got.set(unit, (await reply.json()).variant)
    }
  }
  await Promise.all(Array.from({ length: 24 }, one))
  return got
}

/** What became of them, in lists of a thousand. */
async function tell(stage, key, outcomes) {
  for (let at = 0; at < outcomes.length; at += 1_000) {
    const reply = await stage.studio.rest(key, 'POST', '/outcomes', outcomes.slice(at, at + 1_000))
    assert.equal(reply.status, 202, await reply.clone().text())
  }
}

/** Of every variant this part of the units reaches the goal: the first of them, evenly spread. */
function reached(experiment, got, parts, metric = 'resolved') {
  const seen = {}
  return [...got].map(([unit, variant]) => {
    const number = (seen[variant] = (seen[variant] ?? -1) + 1)
    return { experiment, unit, metric, value: Math.floor((number + 1) * parts[variant]) > Math.floor(number * parts[variant]) }
  })
}

const definition = (key, name) => ({
  key,
  name,
  hypothesis: 'Brief and warm is resolved more often.',
  planned_units: units,
  variants: [
    { key: 'a', weight: 0.5, prompt: 'support/reply', version: 1 },
    { key: 'b', weight: 0.5, prompt: 'support/reply', version: 2 },
  ],
  metrics: [{ name: 'resolved', min_effect: 0.05 }],
  slices: ['locale'],
})

async function started(stage, key, body) {
  const made = await stage.studio.rest(key, 'POST', '/experiments', body)
  assert.equal(made.status, 201, await made.clone().text())
  const start = await stage.studio.rest(key, 'POST', `/experiments/${body.key}/start`, { confirm: true })
  assert.equal(start.status, 200, await start.clone().text())
  return (await made.json()).id
}

/** Where a test's page is. */
async function pageOf(page, list, name) {
  await open(page, list)
  return page.getByRole('link', { name }).getAttribute('href')
}

const next = (page, to) => leads(page, (url) => url.searchParams.get('step') === to, () => page.getByRole('button', { name: /^Next: / }).click())

journey('a test is set up by form, sees a real difference, and is shipped through the dialog of labels', async (stage) => {
  const { project, key, list } = await furnish(stage)
  const page = await stage.person({ as: owner })
  await open(page, `/p/${project.id}/prompts`)
  await page.keyboard.press('g')
  await leads(page, list, () => page.keyboard.press('e'))
  await page.getByRole('heading', { name: 'No tests yet' }).waitFor()
  await axe(stage, page, 'no tests')

  // By keys: a mistake stands at its field, and the Enter key goes on.
  await leads(page, `${list}/new`, () => page.keyboard.press('n'))
  await page.getByLabel('What do you expect').fill('One warm sentence instead of a long greeting gets more requests resolved.')
  await page.getByLabel('Key', { exact: true }).fill('not a key')
  stage.expect(422, /^\/fn\/(create_experiment|keep_step)/)
  await page.getByLabel('Key', { exact: true }).press('Enter')
  await page.locator('#f-key-error').waitFor()
  await page.waitForFunction(() => document.activeElement?.name === 'key')
  await page.getByLabel('Key', { exact: true }).fill('')
  await page.getByLabel('Name', { exact: true }).fill('Shorter, warmer replies')
  await leads(page, /step=variants/, () => page.getByLabel('Name', { exact: true }).press('Enter'))
  const setup = page.url().split('?')[0]

  // What is live against what is newest, by itself.
  const field = (name) => page.locator(`[name="form[${name}]"]`)
  assert.deepEqual([await field('variants][0][version').inputValue(), await field('variants][1][version').inputValue()], ['1', '2'])
  await field('variants][1][key').fill('a')
  await page.getByRole('button', { name: 'Next: split' }).click()
  await page.getByText('“a” stands here twice').waitFor()
  await axe(stage, page, 'variants with a mistake')
  await field('variants][1][key').fill('b')
  await leads(page, /kept=/, () => page.getByRole('button', { name: 'Add a variant' }).click())
  assert.equal(await field('variants][2][key').inputValue(), 'c')
  await page.getByRole('button', { name: 'Remove variant c' }).click()
  await field('variants][2][key').waitFor({ state: 'detached' })
  await ready(page)
  await next(page, 'split')

  await field('weights][1').fill('60')
  await page.getByRole('button', { name: /^Next: / }).click()
  await page.getByText(/need to add up to 1/).waitFor()
  await field('weights][1').fill('50')
  await axe(stage, page, 'the split')
  await next(page, 'audience')
  await leads(page, /kept=/, () => page.getByRole('button', { name: 'Add a condition' }).click())
  await field('audience][0][attribute').fill('locale')
  await field('audience][0][is').selectOption('in')
  await field('audience][0][value').fill('sv, en')
  await field('testers][1').fill('ada')
  await field('slices').fill('locale')
  await axe(stage, page, 'who takes part')

  // It is left, and found again where it was.
  await leads(page, list, () => page.getByRole('button', { name: 'Save and leave' }).click())
  await page.getByText('the set-up goes on where it was left').waitFor()
  await leads(page, /\/setup$/, () => page.getByRole('link', { name: 'Shorter, warmer replies' }).click())
  await leads(page, /step=audience/, () => page.getByRole('button', { name: /Who takes part/ }).click())
  assert.equal(await field('audience][0][value').inputValue(), 'sv, en')
  await next(page, 'metrics')

  const press = async (name) => {
    const before = await page.locator('fieldset').count()
    await page.getByRole('button', { name, exact: true }).click()
    await page.waitForFunction((count) => document.querySelectorAll('fieldset').length > count, before)
    await ready(page)
  }
  await press('Add a goal')
  assert.equal(await field('metrics][0][name').inputValue(), 'resolved')
  await press('Add a guardrail: Outcome')
  await field('metrics][0][effect').fill('5')
  const plan = page.getByRole('button', { name: /^Plan [\d,]+ units$/ })
  const loose = await plan.innerText()
  await field('metrics][0][effect').fill('10')
  await page.waitForFunction((before) => !document.body.innerText.includes(before), loose)
  const tight = Number((await plan.innerText()).replace(/\D/g, ''))
  assert.ok(tight > 1_000 && tight < Number(loose.replace(/\D/g, '')), `${loose} ${tight}`)
  await page.getByLabel('Units a day').fill('600')
  await plan.click()
  await page.getByText(`${tight.toLocaleString('en')} units take about ${Math.ceil(tight / 600)} days`).waitFor()
  assert.equal(await field('planned').inputValue(), String(tight))
  await field('planned').fill(String(units))
  await page.getByText('3,000 units take about 5 days').waitFor()
  await axe(stage, page, 'metrics and plan')
  await next(page, 'review')
  await page.getByText('Versions exist, and their variables agree').waitFor()
  await page.getByText('locale is one of sv, en').waitFor()
  await axe(stage, page, 'review')
  await leads(page, setup.replace(stage.studio.url, '').replace('/setup', ''), () => page.getByRole('button', { name: 'Start the test' }).click())
  await page.getByText('No units yet').first().waitFor()
  await axe(stage, page, 'a test without units')

  // The page follows what comes by itself.
  await page.evaluate(() => (window.same = true))
  const test = 'shorter-warmer-replies'
  const more = (unit) => ({ attributes: { locale: Number(unit.slice(5)) % 3 ? 'sv' : 'en' } })
  // In portions, as they come: the interval has a course.
  for (let from = 0; from < units; from += 500) {
    const got = await assign(stage, key, test, { from, to: from + 500, more })
    assert.deepEqual([...new Set(got.values())].sort(), ['a', 'b'])
    await tell(stage, key, [...reached(test, got, { a: 0.5, b: 0.62 }), ...reached(test, got, { a: 0.03, b: 0.03 }, 'complaint')])
  }
  await page.getByText(/^Ship B: resolved 1[12](\.\d)? points more often/).waitFor({ timeout: 30_000 })
  assert.ok(await page.evaluate(() => window.same), 'the page was loaded anew')
  const score = page.getByRole('row', { name: /^resolved/ })
  assert.match(await score.innerText(), /\d\d\.\d %\s+6\d\.\d %\s+\+1[12]\.\d pt/)
  await page.getByText('Sample ratio holds').waitFor()
  await page.getByText('As a table').click()
  await page.getByRole('row', { name: /^3,000/ }).first().waitFor()
  await axe(stage, page, 'a test with a winner')
  await leads(page, /tab=slices/, () => page.getByRole('link', { name: 'Slices' }).click())
  await page.getByRole('row', { name: /^locale=sv/ }).waitFor()
  await axe(stage, page, 'slices')
  await leads(page, /tab=setup/, () => page.getByRole('link', { name: 'Set-up' }).click())
  await axe(stage, page, 'the set-up of a running test')
  await leads(page, /tab=results/, () => page.getByRole('link', { name: 'Results' }).click())

  // Another split, then the winner.
  await page.getByRole('button', { name: 'Edit split' }).click()
  const split = page.getByRole('dialog', { name: 'Edit the split' })
  await split.getByLabel('A, per cent').fill('40')
  await split.getByLabel('B, per cent').fill('60')
  await split.getByRole('button', { name: 'Split so' }).click()
  await page.locator('.c-toast', { hasText: 'The new split holds' }).waitFor()
  await page.getByRole('button', { name: 'Ship B' }).click()
  const dialog = page.getByRole('dialog', { name: 'Ship B: version 2 of support/reply' })
  await dialog.getByText('It replaces version 1 by version 2.').waitFor()
  await dialog.getByText('Be brief and warm').first().waitFor()
  await axe(stage, page, 'the dialog that ships')
  await dialog.getByLabel('I want that').check()
  await dialog.getByRole('button', { name: 'Move production to version 2' }).click()
  await page.locator('.c-toast', { hasText: '“production” now points at version 2' }).waitFor()
  await page.getByText('Decided for B.', { exact: true }).waitFor()
  await page.getByText('The label “production” was moved to its version').waitFor()
  const pulled = await (await stage.studio.rest(key, 'GET', `${prompt}?label=production`)).json()
  assert.equal(pulled.version, 2)

  // A decided test stays as it was.
  const late = await stage.studio.rest(key, 'POST', '/outcomes', [{ experiment: 'shorter-warmer-replies', unit: 'user-1', metric: 'resolved', value: false }])
  assert.equal(late.status, 202)
  await open(page, page.url())
  await page.getByText('The verdict then: Ship B').waitFor()
  await axe(stage, page, 'a decided test')
  await leads(page, /tab=history/, () => page.getByRole('link', { name: 'History' }).click())
  await page.getByRole('row', { name: /Decided for B, and moved “production”.*Ada Owner/ }).waitFor()
  await page.getByRole('row', { name: /Changed the split from 50\/50/ }).waitFor()
  await axe(stage, page, 'the history')
  await open(page, `${list}/explained`)
  await page.getByText('tools/bench/experiment.sh').waitFor()
  await axe(stage, page, 'how the numbers are made')
}, { timeout: 300_000 })

journey('without a difference there is no winner, and a loss in one variant raises the alarm', async (stage) => {
  const { project, key, list } = await furnish(stage)
  const vera = { email: 'vera@example.com', password: 'another four plain words' }
  await stage.studio.command(['user', 'add', '--email', vera.email, '--name', 'Vera Viewer', '--project', project.name, '--role', 'viewer'], vera.password)
  await started(stage, key, definition('level', 'Level'))
  await started(stage, key, definition('lossy', 'Lossy'))
  const level = await assign(stage, key, 'level')
  await tell(stage, key, reached('level', level, { a: 0.5, b: 0.5 }))
  const lossy = await assign(stage, key, 'lossy')
  // It would be a clear gain, were it not for what is lost.
  const all = reached('lossy', lossy, { a: 0.5, b: 0.7 })
  await tell(stage, key, all.filter(({ unit }, at) => lossy.get(unit) === 'a' || at % 5 > 1))

  const page = await stage.person({ as: owner })
  await open(page, await pageOf(page, list, 'Level'))
  await page.getByText(/^Stop, keep A\. The planned 3,000 units are reached/).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Ship B' }).getAttribute('aria-disabled'), 'true')
  await axe(stage, page, 'a test without a difference')
  await open(page, await pageOf(page, list, 'Lossy'))
  await page.getByText(/^No verdict: “resolved” is missing more often in one variant/).waitFor()
  await page.getByText('How to find the cause').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Ship B' }).getAttribute('aria-disabled'), 'true')
  assert.match(await page.getByRole('row', { name: /^resolved/ }).innerText(), /not yet\s+Alarm/)
  await axe(stage, page, 'an alarm')
  await open(page, list)
  await axe(stage, page, 'the list of tests')

  // The baseline stays; no label moves.
  await open(page, await pageOf(page, list, 'Level'))
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('button', { name: 'Keep the baseline' }).click()
  await page.getByRole('dialog', { name: 'Keep A and close the test?' }).getByRole('button', { name: 'Keep it' }).click()
  await page.getByText('Decided for A.', { exact: true }).waitFor()
  await open(page, `${list}?state=decided`)
  await page.getByRole('link', { name: 'Level' }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'Lossy' }).count(), 0)

  // Who may only look sees all of it and can do none of it.
  const viewer = await stage.person({ as: vera })
  await open(viewer, await pageOf(viewer, list, 'Lossy'))
  await viewer.getByText('How to find the cause').waitFor()
  for (const name of ['Ship B', 'Pause', 'Edit split', 'More']) assert.equal(await viewer.getByRole('button', { name, exact: true }).count(), 0, name)
  await leads(viewer, /tab=samples/, () => viewer.getByRole('link', { name: 'What they said' }).click())
  await viewer.getByText('Owners and editors of this project see those').waitFor()
  await axe(stage, viewer, 'samples for a viewer')
}, { timeout: 300_000 })

journey('what variants said stands side by side, and a second test on a prompt is named before it starts', async (stage) => {
  const fake = await upstream()
  try {
    const { project, key, list } = await furnish(stage)
    await stage.studio.command(['provider', 'add', '--project', project.name, '--name', 'acme', '--kind', 'openai', '--base-url', `${fake.url}/v1`], 'sk-test-1')
    const id = await started(stage, key, definition('greeting', 'Greeting'))
    for (let at = 0; at < 12; at += 1) {
      const body = { model: 'acme/echo', messages: [], atelier: { experiment: 'greeting', unit: `user-${at}`, variables: { shop_name: 'Northwind', question: `Where is order ${at}?` } } }
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const reply = await fetch(`${stage.studio.url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify(body) })
      assert.equal(reply.status, 200, await reply.clone().text())
    }
    const page = await stage.person({ as: owner })
    await page.waitForTimeout(400) // requests are moved from the journal within a few tenths of a second
    await open(page, `${list}/${id}?tab=samples`)
    for (const name of ['A', 'B']) await page.getByRole('region', { name, exact: true }).getByText(/Where is order \d+\?/).first().waitFor()
    await axe(stage, page, 'samples side by side')
    await leads(page, /\/requests\//, () => page.getByRole('link', { name: /Where is order/ }).first().click())

    // A copy of it would run on the same prompt.
    await open(page, `${list}/${id}`)
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('button', { name: 'Copy to a new draft' }).click()
    const copy = page.getByRole('dialog', { name: 'Copy to a new draft' })
    await leads(page, /\/setup/, () => copy.getByRole('button', { name: 'Copy it' }).click())
    await leads(page, /step=review/, () => page.getByRole('button', { name: /Review and start/ }).click())
    await page.getByText('Another test runs on the same prompt').waitFor()
    await page.getByText('“Greeting” on support/reply').first().waitFor()
    await page.getByLabel('I want both to run').check()
    await leads(page, /\/experiments\/[0-9a-f-]{36}$/, () => page.getByRole('button', { name: 'Start the test' }).click())
    await page.getByText('No units yet').first().waitFor()

    // Paused, and on again.
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.locator('.c-toast', { hasText: 'The test is paused' }).waitFor()
    await page.getByRole('button', { name: 'Go on' }).click()
    const on = page.getByRole('dialog', { name: 'Go on with the test?' })
    stage.expect(409, /^\/fn\/start_experiment/)
    await on.getByRole('button', { name: 'Go on' }).click()
    await on.getByText('runs on “support/reply” already').waitFor()
    await on.getByLabel('I want both tests to run').check()
    await on.getByRole('button', { name: 'Go on' }).click()
    await page.locator('.c-toast', { hasText: 'The test runs' }).waitFor()
  } finally {
    fake.end()
  }
}, { timeout: 240_000 })

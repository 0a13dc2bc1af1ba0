// Requests through the gateway: one appears by itself, is looked at, tried again and run through another version; filters, export, no script.

import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import OpenAI from 'openai'

import { greeting, journey, leads, open, owner, ready, upstream } from '../support.mjs'

const versions = [greeting('You answer customers of {{shop_name}}.'), greeting('You answer customers of {{shop_name}}. Be brief.')]

/** A project with a provider that is a stand-in, a prompt of two versions, and a key for the gateway. */
async function furnish(stage, fake) {
  const { studio } = stage
  const project = await studio.settle()
  const prompt = await studio.prompt(project, 'support/reply', versions)
  await studio.command(['provider', 'add', '--project', project.name, '--name', 'acme', '--kind', 'openai', '--base-url', `${fake.url}/v1`], 'sk-test-1')
  return { project, prompt, key: await studio.key(project.name, 'gateway'), list: `/p/${project.id}/requests` }
}

/** What a program sends. */
async function chat(stage, key, body) {
  const reply = await fetch(`${stage.studio.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await reply.text()
  return { status: reply.status, text }
}

const ask = (content, more = {}) => ({ model: 'acme/echo', messages: [{ role: 'user', content }], ...more })
const row = (page, words) => page.getByRole('row', { name: words })
const peek = (page) => page.getByRole('complementary', { name: 'Request' })

async function axe(stage, page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze()
  for (const { id, nodes } of violations) stage.complaints.push(`axe on ${where}: ${id}, first at ${nodes[0].html.slice(0, 300)}`)
}

journey('a request appears by itself, is looked at, tried again, and run through another version', async (stage) => {
  const fake = await upstream()
  try {
    const { project, prompt, key, list } = await furnish(stage, fake)
    const page = await stage.person({ as: owner })
    await open(page, list)
    await page.getByRole('heading', { name: 'No requests yet' }).waitFor()
    assert.match(await page.locator('#first-request').innerText(), /\/v1\/chat\/completions/)
    await axe(stage, page, 'no requests')

    // Live: nothing is loaded anew.
    await page.getByRole('switch', { name: 'Live tail' }).check()
    await page.waitForURL(/live=1/)
    await page.evaluate(() => (window.same = true))
    const body = { model: 'acme/echo', messages: [], atelier: { prompt: 'support/reply', version: 1, variables: { shop_name: 'Northwind', question: 'Is mara@example.com on your list?' }, tags: ['web'], user: 'customer-7' } }
    // OpenAI's own client.
    const client = new OpenAI({ baseURL: `${stage.studio.url}/v1`, apiKey: key, maxRetries: 0 })
    const answer = await client.chat.completions.create(body)
    assert.equal(answer.choices[0].message.content, 'Is mara@example.com on your list?')
    await row(page, /\[e-mail\]/).waitFor({ timeout: 4_000 })
    assert.equal((await chat(stage, key, ask('Do you ship to Norway?', { user: 'customer-8' }))).status, 200)
    await row(page, /Norway/).waitFor({ timeout: 4_000 })
    assert.match(await page.locator('tbody tr').first().innerText(), /Norway/, 'the newest stands on top')
    assert.ok(await page.evaluate(() => window.same), 'the page was not loaded anew')
    await axe(stage, page, 'the live tail')

    // Paused, it keeps what is there, and brings nothing.
    await page.getByRole('switch', { name: 'Live tail' }).uncheck()
    await page.waitForURL((url) => !url.search.includes('live'))
    assert.equal((await chat(stage, key, ask('Are you open on Sunday?'))).status, 200)
    await page.waitForTimeout(2_500)
    assert.equal(await page.locator('tbody tr').count(), 2)

    await row(page, /\[e-mail\]/).getByRole('link').click()
    const panel = peek(page)
    await panel.getByRole('article').getByText('Is [e-mail] on your list?').first().waitFor()
    assert.ok(!(await page.content()).includes('mara@example.com'), 'the address is stored nowhere')
    await panel.getByText('Answered, 200').waitFor()
    await panel.getByRole('link', { name: 'support/reply 1' }).waitFor()
    await panel.getByRole('link', { name: 'customer-7' }).waitFor()
    await panel.getByText('As curl', { exact: true }).click()
    const curl = await panel.locator('#request-curl').innerText()
    assert.match(curl, /\$ATELIER_KEY/)
    assert.ok(!curl.includes(key))
    await panel.getByText('Show request').click()
    await axe(stage, page, 'a request beside the list')
    await stage.people[0].grantPermissions(['clipboard-read', 'clipboard-write'])
    await panel.getByRole('button', { name: 'Copy as curl' }).click()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await panel.locator('#request-curl').textContent())

    // On a page of its own, with the address that is sent to others.
    await leads(page, /\/requests\/[0-9a-f-]{36}$/, () => panel.getByRole('link', { name: 'Open', exact: true }).click())
    await page.getByRole('article').getByText('Is [e-mail] on your list?').first().waitFor()
    // What its user thought of it comes later, and stands beside it.
    const [id] = page.url().match(/[0-9a-f-]{36}$/)
    const sender = await stage.studio.key(project.name, 'ingest')
    const thumb = { id: 'thumb-7', target: { request_id: id }, name: 'helpful', value: true, comment: 'Ask jon@example.com too', source: 'user' }
    for (const value of [true, false]) assert.equal((await stage.studio.rest(sender, 'POST', '/scores', { ...thumb, value })).status, 202)
    await page.reload()
    await ready(page)
    const scores = page.getByRole('region', { name: 'Scores' })
    assert.match(await scores.innerText(), /helpful\s+no\s+Ask \[e-mail\] too\s+a user, through key /, 'as it was said last')
    await axe(stage, page, 'a request')

    await leads(page, /\/playground/, () => page.getByRole('link', { name: 'Open in the playground' }).click())
    assert.equal(await page.getByLabel('shop_name').inputValue(), 'Northwind', 'with its variables')
    assert.equal(await page.getByRole('region', { name: /^Column .$/ }).count(), 1)
    await page.goBack()
    await ready(page)
    await page.getByLabel('The same through').selectOption({ label: 'Version 2, production' })
    await page.getByRole('button', { name: 'Run through another version' }).click()
    await page.waitForURL(/\/playground/)
    await ready(page)
    assert.equal(await page.getByLabel('shop_name').inputValue(), 'Northwind')
    await page.getByRole('button', { name: /^Run all/ }).click()
    for (const name of ['A', 'B']) await page.getByRole('region', { name: `Column ${name}`, exact: true }).getByText(/Done in/).waitFor()

    // What was asked stays as a test case of the prompt.
    await open(page, `${list}?user=customer-7`)
    await row(page, /\[e-mail\]/).getByRole('link').click()
    await leads(page, /\/cases$/, () => peek(page).getByRole('button', { name: 'Keep as a test case' }).click())
    await page.getByRole('rowheader', { name: 'Case 1' }).waitFor()
    assert.ok(page.url().includes(prompt))
    assert.equal(project.name, 'Northwind')

    // What a call said after its prompt comes along.
    await client.chat.completions.create({ ...body, messages: [{ role: 'user', content: 'And on Sundays?' }] })
    for (let tries = 0; tries < 40 && !(await row(page, /Sundays/).isVisible()); tries += 1) await open(page, `${list}?q=sundays`)
    await row(page, /Sundays/).getByRole('link').click()
    await leads(page, /\/playground\?/, () => peek(page).getByRole('link', { name: 'Open in the playground' }).click())
    await page.getByRole('button', { name: /^Run all/ }).click()
    const column = page.getByRole('region', { name: 'Column A', exact: true })
    await column.getByText(/Done in/).waitFor()
    assert.match(await column.innerText(), /And on Sundays\?[^]*And on Sundays\?/, 'asked, and said again by the echo')
  } finally {
    fake.end()
  }
})

journey('requests are found by filters, by words, by keys, and as a file', async (stage) => {
  const fake = await upstream()
  try {
    const { key, list } = await furnish(stage, fake)
    for (const user of ['ada', 'mara']) for (const thing of ['lamp', 'kettle']) assert.equal((await chat(stage, key, ask(`Where is my ${thing}?`, { user }))).status, 200)
    assert.equal((await chat(stage, key, ask('This one breaks', { model: 'acme/fault-400' }))).status, 400)
    const page = await stage.person({ as: owner })
    // They come from the journal a moment after they were answered.
    for (let look = 0; look < 20; look++) {
      await open(page, list)
      if (await page.getByText('5 requests', { exact: true }).count()) break
    }
    await page.getByText('5 requests', { exact: true }).waitFor()
    assert.equal(await page.locator('tbody tr').count(), 5)

    await page.getByLabel('Search', { exact: true }).fill('lamp')
    await page.getByLabel('Search', { exact: true }).press('Enter')
    await page.waitForURL(/q=lamp/)
    await page.getByText('2 requests', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'More filters' }).click()
    await page.getByLabel('User').fill('mara')
    await page.locator('.p-more-filters').getByRole('button', { name: 'Filter' }).click()
    await page.waitForURL(/user=mara/)
    await page.getByText('1 request', { exact: true }).waitFor()
    await axe(stage, page, 'filtered requests')
    await page.getByRole('link', { name: 'Drop the filter Text lamp' }).click()
    await page.getByText('2 requests', { exact: true }).waitFor()
    assert.equal(await page.getByLabel('Search', { exact: true }).inputValue(), '', 'the field follows the address')
    await page.getByLabel('Outcome').selectOption('Failed')
    await page.waitForURL(/outcome=failed/)
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor()
    await axe(stage, page, 'nothing found')
    await page.getByRole('link', { name: 'Show all requests' }).click()
    await page.getByText('5 requests', { exact: true }).waitFor()

    // By keys: search, open, the next one, close.
    await page.keyboard.press('/')
    assert.equal(await page.locator(':focus').getAttribute('name'), 'q')
    await page.keyboard.type('kettle')
    await page.keyboard.press('Enter')
    await page.getByText('2 requests', { exact: true }).waitFor()
    await page.locator('tbody th a').first().focus()
    await page.keyboard.press('Enter')
    await peek(page).getByText('Answered, 200').waitFor()
    const first = page.url()
    await page.keyboard.press('j')
    await page.waitForURL((url) => url.href !== first)
    await page.keyboard.press('Escape')
    await peek(page).waitFor({ state: 'detached' })

    await open(page, `${list}?outcome=failed`)
    await row(page, /This one breaks/).getByRole('link').click()
    await peek(page).getByText(/Failed, 4\d\d/).waitFor()
    await open(page, `${list}?q=kettle`)
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'JSONL' }).click()])
    const lines = (await (await download.createReadStream()).toArray()).join('').trim().split('\n').map((line) => JSON.parse(line))
    assert.deepEqual(lines.map((line) => line.exchange.request.messages[0].content), ['Where is my kettle?', 'Where is my kettle?'])

    // Without script.
    const plain = await stage.person({ as: owner, js: false })
    await plain.goto(list)
    assert.equal(await plain.locator('tbody tr').count(), 5)
    await plain.getByLabel('Prompt').fill('support/reply')
    await plain.getByRole('button', { name: 'Filter', exact: true }).first().click()
    await plain.getByRole('heading', { name: 'Nothing found' }).waitFor()
    await plain.getByRole('link', { name: 'Show all requests' }).click()
    await plain.getByRole('link', { name: 'This one breaks' }).click()
    await peek(plain).getByText(/Failed, 4\d\d/).waitFor()

    // A viewer has no way there, and hears why.
    const vera = { email: 'vera@example.com', password: 'another four plain words' }
    await stage.studio.command(['user', 'add', '--email', vera.email, '--name', 'Vera Viewer', '--project', 'Northwind', '--role', 'viewer'], vera.password)
    const other = await stage.person({ as: vera })
    stage.expect(403, /\/requests$/)
    await other.goto(list)
    await other.getByText(/an editor or owner/).first().waitFor()
    assert.equal(await other.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Requests' }).count(), 0)
  } finally {
    fake.end()
  }
})

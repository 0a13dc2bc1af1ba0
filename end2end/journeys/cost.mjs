// Money: a budget is hit through the gateway and raised; what the Cost page says of it; what a project keeps, and how it goes.

import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'

import { journey, leads, open, owner, ready, upstream } from '../support.mjs'

/** A project with a provider whose echo costs a dollar a million tokens in and two out, and a key for the gateway. */
async function furnish(stage, fake) {
  const project = await stage.studio.settle()
  await stage.studio.command(['provider', 'add', '--project', project.name, '--name', 'acme', '--kind', 'openai', '--base-url', `${fake.url}/v1`], 'sk-test-1')
  const page = await stage.person({ as: owner })
  await open(page, `/p/${project.id}/settings?tab=prices`)
  await page.getByRole('button', { name: 'Set a price' }).click()
  const price = page.getByRole('dialog', { name: 'Set a price' })
  await price.getByLabel('Model').fill('acme/echo')
  await price.getByLabel('USD a million tokens in', { exact: true }).fill('1')
  await price.getByLabel('USD a million tokens out').fill('2')
  await price.getByRole('button', { name: 'Set it' }).click()
  await page.locator('.c-toast', { hasText: 'The price holds' }).waitFor()
  return { project, page, key: await stage.studio.key(project.name, 'gateway') }
}

function ask(stage, key, content, more = {}) {
  return fetch(`${stage.studio.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'acme/echo', max_tokens: 10, messages: [{ role: 'user', content }], ...more }),
  })
}

async function axe(stage, page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze()
  for (const { id, help, nodes } of violations) stage.complaints.push(`axe on ${where}: ${id}: ${help}, first at ${nodes[0].html.slice(0, 300)}`)
}

/** Looks again until the page says it: a record takes a tenth of a second to get there. */
async function until(page, path, text) {
  for (let tries = 0; tries < 40; tries += 1) {
    await open(page, path)
    if (await page.getByText(text).first().isVisible()) return
    await page.waitForTimeout(150)
  }
  assert.fail(`${path} never said ${text}`)
}

journey('a budget is set, hit through the gateway, seen on the Cost page, and raised', async (stage) => {
  const fake = await upstream()
  try {
    const { project, page, key } = await furnish(stage, fake)
    const cost = `/p/${project.id}/cost`
    await open(page, `/p/${project.id}/prompts`)
    await page.keyboard.press('g')
    await leads(page, cost, () => page.keyboard.press('c'))
    await page.getByText('Nothing has come through the gateway yet').waitFor()
    await axe(stage, page, 'the Cost page before the first request')

    // By keys alone: what is wrong stands beside its field, and has the focus.
    await page.keyboard.press('n')
    const dialog = page.getByRole('dialog', { name: 'Set a budget' })
    await dialog.getByLabel('Name').waitFor()
    assert.ok(!(await dialog.getByLabel('Only this one').isVisible()), 'a project is nobody alone')
    await dialog.getByLabel('Name').fill('Whole project')
    await dialog.getByLabel('Limit in USD').fill('a lot')
    stage.expect(422, /^\/fn\/put_budget/)
    await page.keyboard.press('Enter')
    await dialog.getByText('Write the amount as a plain decimal number').waitFor()
    await page.waitForFunction(() => document.activeElement?.name === 'limit')
    await axe(stage, page, 'a budget with a mistake')
    await dialog.getByLabel('Limit in USD').fill('0.0001')
    await dialog.getByLabel('Warn from').fill('10')
    await page.keyboard.press('Enter')
    await page.locator('.c-toast', { hasText: 'The budget “Whole project” holds' }).waitFor()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('img', { name: '0 per cent spent, warning at 10' }).waitFor()

    const answers = []
    while (answers.at(-1)?.status !== 429 && answers.length < 60) {
      const reply = await ask(stage, key, 'Where is my order, please?')
      answers.push({ status: reply.status, body: await reply.json() })
    }
    assert.ok(answers.length > 1 && answers[0].status === 200, JSON.stringify(answers[0]))
    assert.match(answers.at(-1).body.error.message, /The budget “Whole project” has too little left: \$0\.0000\d+ of \$0\.0001 are spent this month/)

    // What is spent is known at once; the sums follow with the records.
    await until(page, cost, 'without a prompt')
    await page.getByText(/The budget “Whole project” has \d+ % spent/).waitFor()
    const row = page.getByRole('row', { name: /^without a prompt/ })
    assert.match(await row.innerText(), new RegExp(`\\$0\\.0000.*${answers.length}`, 's'))
    await page.getByText('1 failed').waitFor()
    await axe(stage, page, 'the Cost page')
    await page.getByRole('link', { name: 'Model', exact: true }).click()
    const model = page.getByRole('row', { name: /^acme\/echo/ })
    await model.waitFor()
    const to = new URL(await model.getByRole('link').getAttribute('href'), stage.studio.url)
    assert.deepEqual([to.pathname, to.searchParams.get('model')], [`/p/${project.id}/requests`, 'acme/echo'])
    await page.getByRole('link', { name: 'Today' }).click()
    await page.waitForURL(/span=today/)
    await page.getByText('By hour').waitFor()
    await page.getByText('As a table').click()
    await page.getByRole('row', { name: /so far/ }).waitFor()
    const file = await page.request.get(await page.getByRole('link', { name: 'Export' }).getAttribute('href'))
    assert.match(file.headers()['content-disposition'], /attachment; filename="cost-by-model-/)
    assert.match(await file.text(), /^model,cost_usd,requests,.*\r\nacme\/echo,0\.0000/)

    // Nothing may be spent; then more.
    const change = async (limit) => {
      await page.getByRole('button', { name: 'Change Whole project' }).click()
      const dialog = page.getByRole('dialog', { name: 'Change Whole project' })
      await dialog.getByLabel('Limit in USD').fill(limit)
      await dialog.getByRole('button', { name: 'Set it' }).click()
      await dialog.waitFor({ state: 'hidden' })
    }
    await change('0')
    await page.getByText('The budget “Whole project” has all spent').waitFor()
    assert.equal((await ask(stage, key, 'Hello?')).status, 429)
    await axe(stage, page, 'the Cost page with a budget that is spent')
    await change('$1,000')
    await page.getByText('The budget “Whole project” has all spent').waitFor({ state: 'hidden' })
    assert.equal((await ask(stage, key, 'Hello?')).status, 200)

    // One for each user, and it goes again.
    await page.getByRole('main').getByRole('button', { name: 'Budget', exact: true }).click()
    await dialog.getByLabel('Name').fill('Whole project')
    await dialog.getByLabel('Limit in USD').fill('1')
    await dialog.getByRole('button', { name: 'Set it' }).click()
    await dialog.getByText('There is a budget of this name already').waitFor()
    await dialog.getByLabel('Name').fill('Each user')
    await dialog.getByLabel('Whose spending').selectOption('user')
    await dialog.getByLabel('Only this one').waitFor()
    await dialog.getByRole('button', { name: 'Set it' }).click()
    await page.getByText('Nothing is spent of it yet.').waitFor()
    await page.getByRole('button', { name: 'Remove Each user' }).click()
    await page.getByRole('button', { name: 'Remove it' }).click()
    await page.locator('.c-toast', { hasText: 'The budget is removed' }).waitFor()
    await page.getByText('Nothing is spent of it yet.').waitFor({ state: 'hidden' })
  } finally {
    fake.end()
  }
})

journey('an owner says what is kept, tries redaction, limits a key, and erases a user', async (stage) => {
  const fake = await upstream()
  try {
    const { project, page, key } = await furnish(stage, fake)
    await open(page, `/p/${project.id}/settings?tab=gateway`)
    await axe(stage, page, 'the settings of the gateway')
    await page.getByLabel('Own patterns').fill('(')
    stage.expect(422, /^\/fn\/(set_gateway|try_redaction)/)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('“(” is no regular expression').waitFor()
    await page.getByLabel('Own patterns').fill('EMP-[0-9]+')
    await page.getByLabel('Try it on a text').fill('EMP-12 is mara@northwind.example')
    await page.getByRole('button', { name: 'Try it' }).click()
    await page.locator('.p-becomes', { hasText: '[redacted] is [e-mail]' }).waitFor()
    await page.getByLabel('E-mail addresses').uncheck()
    await page.getByRole('button', { name: 'Try it' }).click()
    await page.locator('.p-becomes', { hasText: '[redacted] is mara@northwind.example' }).waitFor()
    await page.getByLabel('Where a request says nothing').selectOption('exact')
    await page.getByLabel('An answer is given again for').fill('2')
    await page.getByLabel('Unit').selectOption('hours')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('.c-toast', { hasText: 'Saved: it holds' }).waitFor()
    await open(page, `/p/${project.id}/settings?tab=gateway`)
    assert.equal(await page.getByLabel('Own patterns').inputValue(), 'EMP-[0-9]+')
    assert.equal(await page.getByLabel('An answer is given again for').inputValue(), '2')

    const verdict = async (content, more) => (await ask(stage, key, content, more)).headers.get('x-atelier-cache')
    assert.equal(await verdict('Hello?', { atelier: { user: 'user-8812' } }), 'miss')
    await page.waitForTimeout(300)
    assert.equal(await verdict('Hello?'), 'exact')
    await page.getByRole('button', { name: 'Empty the cache' }).click()
    await page.getByRole('button', { name: 'Empty it' }).click()
    await page.locator('.c-toast', { hasText: '1 answer is forgotten' }).waitFor()
    assert.equal(await verdict('Hello?'), 'miss')

    await leads(page, /user=user-8812/, async () => {
      await page.getByLabel('End user', { exact: true }).fill('user-8812')
      await page.getByRole('button', { name: 'Look' }).click()
    })
    await page.getByText('1 request of user-8812').waitFor()
    await page.getByRole('button', { name: 'Erase them', exact: true }).click()
    await axe(stage, page, 'the question before a user is erased')
    await page.getByRole('button', { name: 'Erase them for good' }).click()
    await page.getByText('1 request is gone.').waitFor()
    await page.getByText('No requests of user-8812').waitFor()

    await open(page, `/p/${project.id}/settings?tab=keys`)
    const row = page.getByRole('row', { name: /gateway/ })
    await row.getByRole('button', { name: 'Set the limits of journey' }).click()
    const dialog = page.getByRole('dialog', { name: 'Limits of journey' }).filter({ visible: true })
    await dialog.getByLabel('Requests a minute').fill('0')
    stage.expect(422, /^\/fn\/limit_key/)
    await dialog.getByRole('button', { name: 'Set them' }).click()
    await dialog.getByText('At least 1, or empty for no limit').waitFor()
    await dialog.getByLabel('Requests a minute').fill('1')
    await axe(stage, page, 'the limits of a key')
    await dialog.getByRole('button', { name: 'Set them' }).click()
    await row.getByText('1 a minute').waitFor()
    const statuses = []
    for (let at = 0; at < 3; at += 1) statuses.push((await ask(stage, key, `Number ${at}`)).status)
    assert.equal(statuses.at(-1), 429, `${statuses}`)
  } finally {
    fake.end()
  }
})

journey('a project is deleted by its name, typed again', async (stage) => {
  await stage.studio.settle()
  const old = await stage.studio.project('Old one')
  await stage.studio.prompt(old, 'support/reply', [])
  const page = await stage.person({ as: owner })
  await open(page, `/p/${old.id}/settings?tab=project`)
  await page.getByRole('button', { name: 'Delete the project' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete Old one?' })
  await axe(stage, page, 'the question before a project is deleted')
  await dialog.getByLabel('Type its name').fill('Old')
  stage.expect(422, /^\/fn\/delete_project/)
  await dialog.getByRole('button', { name: 'Delete it for good' }).click()
  await dialog.getByText('Type the project’s name as it is: Old one.').waitFor()
  await dialog.getByLabel('Type its name').fill('Old one')
  await Promise.all([page.waitForURL(({ pathname }) => !pathname.includes(old.id)), dialog.getByRole('button', { name: 'Delete it for good' }).click()])
  await ready(page)
  assert.ok(!(await page.content()).includes('Old one'))
})

journey('without script a budget is set and what is kept is chosen', async (stage) => {
  const project = await stage.studio.settle()
  const page = await stage.person({ as: owner, js: false })
  await page.goto(`/p/${project.id}/cost?span=7d`)
  await page.getByRole('link', { name: 'Last month' }).click()
  await page.waitForURL(/span=last-month/)
  await page.getByRole('button', { name: 'Set the first budget' }).click()
  const dialog = page.getByRole('dialog', { name: 'Set a budget' })
  await dialog.getByLabel('Name').fill('Whole project')
  await dialog.getByLabel('Limit in USD').fill('12.50')
  await dialog.getByRole('button', { name: 'Set it' }).click()
  await page.getByText('$12.50 for the project a month').waitFor()
  await page.goto(`/p/${project.id}/settings?tab=gateway`)
  assert.ok(!(await page.getByRole('button', { name: 'Try it' }).isVisible()), 'what needs script is not shown')
  await page.getByLabel('Days that requests are kept').fill('30')
  await page.getByLabel('Keep questions and answers too').uncheck()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL(/saved=true/)
  assert.equal(await page.getByLabel('Days that requests are kept').inputValue(), '30')
  assert.ok(!(await page.getByLabel('Keep questions and answers too').isChecked()))
})

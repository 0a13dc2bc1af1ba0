// Providers and the playground: a provider that answers and one whose key is wrong; two columns side by side; a run tried again.

import assert from 'node:assert/strict'

import { greeting, journey, leads, open, owner, ready, upstream } from '../support.mjs'

const provider = (page, name) => page.getByRole('row', { name: new RegExp(`^${name} `) })

journey('a provider is set up, its key breaks, and the message says what to do', async (stage) => {
  const fake = await upstream()
  try {
    const project = await stage.studio.settle()
    const page = await stage.person({ as: owner })
    await open(page, `/p/${project.id}/settings?tab=providers`)
    await page.getByRole('button', { name: 'Add the first provider' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add a provider' })
    await dialog.getByLabel('Name').fill('Bad Name')
    stage.expect(422, /^\/fn\/put_provider/)
    await dialog.getByRole('button', { name: 'Save and test' }).click()
    await dialog.getByText('A provider’s name has lower-case letters').or(dialog.getByText("A provider's name has lower-case letters")).waitFor()
    await dialog.getByLabel('Name').fill('acme')
    await dialog.getByLabel('Address').fill(`${fake.url}/v1`)
    await dialog.getByLabel('Key').fill('sk-test-canary-0001')
    await dialog.getByRole('button', { name: 'Save and test' }).click()
    await page.locator('.c-toast', { hasText: /acme answers and lists \d+ models/ }).waitFor()
    await provider(page, 'acme').getByText('Answers').waitFor()
    assert.ok(!(await page.content()).includes('sk-test-canary'), 'the key is never shown again')

    await provider(page, 'acme').getByRole('button', { name: 'Change acme' }).click()
    const change = page.getByRole('dialog', { name: 'Change acme' })
    await change.getByLabel('Key').fill('sk-wrong-canary-0002')
    await change.getByRole('button', { name: 'Save and test' }).click()
    await page.locator('.c-toast', { hasText: 'acme does not answer yet' }).waitFor()
    await provider(page, 'acme').getByText('Failed').waitFor()
    const said = await provider(page, 'acme').locator('.p-check').innerText()
    assert.match(said, /key/i)
    assert.ok(!said.includes('canary'), said)
    assert.ok(!stage.studio.log.join('\n').includes('canary'), 'no key in the log')

    await open(page, `/p/${project.id}/settings?tab=prices&q=gpt-4o-mini`)
    await page.getByRole('row', { name: /^openai\/gpt-4o-mini / }).first().waitFor()
    await page.getByRole('button', { name: 'Set a price' }).click()
    const price = page.getByRole('dialog', { name: 'Set a price' })
    await price.getByLabel('Model').fill('acme/echo')
    await price.getByLabel('USD a million tokens in', { exact: true }).fill('1')
    await price.getByLabel('USD a million tokens out').fill('2')
    await price.getByRole('button', { name: 'Set it' }).click()
    await page.locator('.c-toast', { hasText: 'The price holds' }).waitFor()
  } finally {
    fake.end()
  }
})

journey('two models answer side by side, one is stopped, and a run is tried again with another version', async (stage) => {
  const fake = await upstream()
  try {
    const project = await stage.studio.settle()
    const id = await stage.studio.prompt(project, 'support/reply', [greeting(), greeting('You answer {{shop_name}} briefly.')])
    await stage.studio.command(['provider', 'add', '--project', project.name, '--name', 'acme', '--kind', 'openai', '--base-url', `${fake.url}/v1`], 'sk-test-1')
    const page = await stage.person({ as: owner })
    await open(page, `/p/${project.id}/playground?prompt=${id}&cols=1~acme/echo;2~local/smollm2-135m-instruct~~16`)
    await page.getByLabel('shop_name').fill('Northwind')
    await page.getByLabel('question').fill('Where is my order?')
    await page.getByRole('button', { name: /^Run all/ }).click()
    const column = (name) => page.getByRole('region', { name: `Column ${name}`, exact: true })
    await column('A').getByText(/Done in/).waitFor()
    await column('B').getByText(/Done in/).waitFor({ timeout: 60_000 })
    assert.match(await column('A').locator('.p-text').last().innerText(), /\S/)

    // The look of an answer, and what one has that the other has not.
    await column('B').getByLabel('How this answer is shown').selectOption('difference')
    await column('B').locator('.c-diff').waitFor()
    await column('A').getByLabel('How this answer is shown').selectOption('markdown')
    await column('A').locator('.p-markdown').waitFor()
    await column('A').getByLabel('How this answer is shown').selectOption('raw')
    await column('A').locator('.p-raw', { hasText: 'data:' }).waitFor()

    // The conversation goes on in both.
    await page.getByLabel('Reply to all columns').fill('And when?')
    await page.getByRole('button', { name: 'Send to all' }).click()
    await column('A').locator('.p-turn[data-role=user]', { hasText: 'And when?' }).waitFor()
    await column('A').getByText(/Done in/).waitFor()
    await column('B').getByText(/Done in|Ended/).first().waitFor({ timeout: 60_000 })

    // A column that would answer for long is stopped by itself.
    await column('A').getByLabel('Model in column A').fill('acme/echo-1000tps')
    await column('A').getByLabel('Model in column A').press('Tab')
    await page.waitForURL(/echo-1000tps/)
    await ready(page)

    await leads(page, /\/runs\//, () => column('A').getByRole('link', { name: 'Open the run' }).click())
    await page.getByText('The provider’s answer as it came').click()
    await page.locator('.p-raw', { hasText: 'data:' }).waitFor()
    await leads(page, /\/playground/, () => page.getByRole('link', { name: 'Open in the playground' }).click())
    assert.equal(await page.getByLabel('shop_name').inputValue(), 'Northwind', 'with the values of the run')
    await page.getByLabel('Version in column A').selectOption('2')
    await page.waitForURL(/cols=2/)
    await ready(page)
    await page.getByRole('button', { name: /^Run all/ }).click()
    await page.getByRole('region', { name: 'Column A', exact: true }).getByText(/Done in/).waitFor()

    // What is changed here becomes the draft, and the column asks it.
    await page.locator('.p-request > summary').click()
    await page.getByLabel('Message 1, System').fill('You answer in rhymes.')
    await page.getByRole('button', { name: 'Keep as my draft' }).click()
    await page.locator('.c-toast', { hasText: 'Your draft says this now' }).waitFor()
    await page.waitForURL(/cols=d/)
  } finally {
    fake.end()
  }
})

journey('a model file is added by its path, and a column asks it', async (stage) => {
  const project = await stage.studio.settle()
  const id = await stage.studio.prompt(project, 'support/reply', [greeting()])
  const page = await stage.person({ as: owner })
  await open(page, '/admin')
  await page.getByText('Only what Atelier brings').waitFor()
  await page.getByRole('button', { name: 'Add a file' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a model file' })
  await dialog.getByLabel('Name').fill('second')
  await dialog.getByLabel('Path on this machine').fill('/nowhere/at-all.gguf')
  stage.expect(422, /^\/fn\/add_model/)
  await dialog.getByRole('button', { name: 'Look at it and add it' }).click()
  await dialog.locator('#model-path-error').waitFor()
  await dialog.getByLabel('Path on this machine').fill(`${stage.studio.env.ATELIER_MODELS}/smollm2-135m-instruct.gguf`)
  await dialog.getByRole('button', { name: 'Look at it and add it' }).click()
  await page.getByRole('rowheader', { name: 'local/second' }).waitFor()
  await open(page, `/p/${project.id}/playground?prompt=${id}&cols=1~local/second~~8`)
  await page.getByLabel('question').fill('Where is my order?')
  await page.getByRole('button', { name: /^Run all/ }).click()
  await page.getByRole('region', { name: 'Column A', exact: true }).getByText(/Done in/).waitFor({ timeout: 60_000 })
})

// Writing: drafts that nothing takes away, variables that are watched, versions that are compared, restored and taken over.

import assert from 'node:assert/strict'

import { editors, greeting, journey, leads, message, open, owner, ready, save, written } from '../support.mjs'

const kept = (page) => page.getByText('Draft saved').waitFor()

journey('a tab that crashes, a studio that is gone and a draft that is thrown away lose nothing unasked', async (stage) => {
  const project = await stage.studio.settle()
  const id = await stage.studio.prompt(project, 'support/reply', [greeting()])
  const path = `/p/${project.id}/prompts/${id}`
  const first = await stage.person({ as: owner })
  await open(first, path)
  await editors(first)
  await message(first, 1).fill('A thought that a crash must not take.')
  await kept(first)
  await first.close({ runBeforeUnload: false })

  const page = await stage.person({ as: owner })
  await open(page, path)
  await editors(page)
  assert.equal(await written(page, 1), 'A thought that a crash must not take.')
  await page.locator('.c-timeline > [data-draft]').waitFor()

  // The studio cannot be reached: the browser keeps it, and tells it later.
  await page.route('**/fn/keep_draft*', (route) => route.abort('connectionrefused'))
  await message(page, 1).fill('Typed in a tunnel.')
  await page.getByText('Offline: kept in this browser').waitFor()
  stage.complaints.length = 0
  await open(page, path)
  await editors(page)
  await page.getByText('This browser kept something that you typed here').waitFor()
  await page.unroute('**/fn/keep_draft*')
  await page.getByRole('button', { name: 'Take it as my draft' }).click()
  await page.waitForFunction(() => document.querySelector('textarea[name="form[contents][]"]').value === 'Typed in a tunnel.')
  await ready(page)

  await page.getByRole('button', { name: 'Discard' }).click()
  await page.getByRole('dialog', { name: 'Throw your draft away?' }).getByRole('button', { name: 'Throw it away' }).click()
  await page.locator('.c-toast', { hasText: 'Draft thrown away' }).waitFor()
  await page.waitForFunction(() => document.querySelector('textarea[name="form[contents][]"]').value.startsWith('You answer customers'))
})

journey('a variable that is misspelt is seen while it is typed, and mended where it stands', async (stage) => {
  const project = await stage.studio.settle()
  const version = { ...greeting(), variable_specs: [{ name: 'shop_name', description: 'Whose shop', example: 'Northwind' }, { name: 'question' }] }
  const path = `/p/${project.id}/prompts/${await stage.studio.prompt(project, 'support/reply', [version])}`
  const page = await stage.person({ as: owner })
  await open(page, path)
  await editors(page)
  assert.equal(await page.locator('#v-shop_name').inputValue(), 'Northwind', 'the example fills the form')
  await message(page, 1).fill('You answer customers of {{shop_nam}}.')
  const warning = page.locator('.c-message').first().getByRole('status').getByText('“shop_nam” is not declared. Did you mean “shop_name”?')
  await warning.waitFor()
  await message(page, 1).press('F8')
  await page.getByRole('button', { name: 'Use shop_name' }).first().click()
  await warning.waitFor({ state: 'detached' })
  assert.equal(await written(page, 1), 'You answer customers of {{shop_name}}.')

  await message(page, 2).fill('{{question}} {{city}}')
  await page.locator('.c-message').nth(1).getByRole('button', { name: 'Declare it' }).click()
  await page.getByRole('button', { name: 'Declare', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Variables' })
  const city = dialog.getByRole('group', { name: 'city' })
  await city.getByLabel('Type').selectOption('number')
  await city.getByLabel('Default').fill('four')
  await dialog.getByRole('button', { name: 'Done' }).click()
  stage.expect(422, /^\/fn\/review_draft/)
  await page.getByRole('button', { name: 'Save version', exact: true }).click()
  await page.getByRole('dialog', { name: 'Save version' }).getByText('“four” is not a number').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Declare', exact: true }).click()
  await city.getByLabel('Default').fill('4')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await save(page, { look: (shown) => shown.getByText('number, 4 unless given').waitFor() })
  const rendered = await (await stage.studio.rest(project.key, 'POST', '/prompts/support%2Freply/render', { label: 'latest', variables: { shop_name: 'N', question: 'Q' } })).json()
  assert.equal(rendered.messages[1].content, 'Q 4')
})

journey('messages are added, moved, copied and removed, and the diff knows them again', async (stage) => {
  const project = await stage.studio.settle()
  const path = `/p/${project.id}/prompts/${await stage.studio.prompt(project, 'support/reply', [greeting()])}`
  const page = await stage.person({ as: owner })
  await open(page, path)
  await editors(page)
  await page.getByRole('button', { name: 'Move message 2: drag, or arrow keys' }).press('ArrowUp')
  await page.waitForFunction(() => document.querySelectorAll('textarea[name="form[contents][]"]')[0].value === '{{question}}')
  await page.getByRole('button', { name: 'More for message 1' }).click()
  await page.getByRole('button', { name: 'Duplicate' }).click()
  await page.waitForFunction(() => document.querySelectorAll('textarea[name="form[contents][]"]').length === 3)
  await page.getByRole('button', { name: 'History', exact: true }).click()
  await editors(page)
  await message(page, 4).fill('history')
  await page.getByRole('button', { name: 'Text of message 1' }).click()
  await message(page, 1).waitFor({ state: 'hidden' })
  await save(page, {
    note: 'Question first',
    look: async (dialog) => {
      await dialog.getByText(/moved/).first().waitFor()
      await dialog.getByText(/added/).first().waitFor()
    },
  })
  const pulled = await (await stage.studio.rest(project.key, 'GET', '/prompts/support%2Freply?label=latest')).json()
  assert.deepEqual(pulled.messages.map(({ role, content }) => [role, content.slice(0, 12)]), [['user', '{{question}}'], ['user', '{{question}}'], ['system', 'You answer c'], ['placeholder', 'history']])
  assert.deepEqual(Object.keys(pulled.messages[0]), ['role', 'content'], 'ids stay inside')
})

journey('versions are compared, restored, and a prompt that moved on says so', async (stage) => {
  const project = await stage.studio.settle()
  const path = `/p/${project.id}/prompts/${await stage.studio.prompt(project, 'support/reply', [greeting(), greeting('Be brief with customers of {{shop_name}}.')])}`
  const page = await stage.person({ as: owner })
  await open(page, `${path}/diff?from=1&to=2`)
  await page.locator('del', { hasText: 'You answer' }).first().waitFor()
  await leads(page, /view=side/, () => page.getByRole('link', { name: 'Side by side' }).click())
  await page.locator('ins', { hasText: 'Be brief with' }).first().waitFor()

  await open(page, `${path}?v=1`)
  await page.getByText('This is version 1; the newest is 2.').waitFor()
  await page.getByRole('button', { name: 'Restore as draft' }).click()
  await page.locator('.c-toast', { hasText: 'That version is your draft now' }).waitFor()
  await page.waitForURL(path)
  await editors(page)
  assert.equal(await written(page, 1), 'You answer customers of {{shop_name}}.')

  // Somebody else saves meanwhile.
  const key = await stage.studio.key(project.name, 'manage')
  await stage.studio.rest(key, 'POST', '/prompts/support%2Freply/versions', greeting('Be warm with customers of {{shop_name}}.'))
  await open(page, path)
  await editors(page)
  await page.getByText('Version 3 was saved while you wrote on version 2.').waitFor()
  await leads(page, /also=draft/, () => page.getByRole('link', { name: 'Look at both' }).click())
  await page.getByText('Above is what changed meanwhile, below what you changed.').waitFor()
  await open(page, path)
  await page.getByRole('button', { name: 'Keep mine' }).click()
  await page.getByText('was saved while you wrote').waitFor({ state: 'detached' })
  await editors(page)
  await save(page, { note: 'Back to the first words' })
})

journey('a snippet changes, and those that include it take the update together', async (stage) => {
  const project = await stage.studio.settle()
  const tone = await stage.studio.prompt(project, 'tone', [{ messages: [{ role: 'system', content: 'Be kind.' }] }])
  const path = `/p/${project.id}/prompts`
  const reply = await stage.studio.prompt(project, 'reply', [greeting('{{> tone}} You answer {{shop_name}}.')])
  await stage.studio.prompt(project, 'order', [greeting('{{> tone}} Find the order of {{shop_name}}.')])
  const page = await stage.person({ as: owner })
  await open(page, `${path}/${tone}`)
  await editors(page)
  await message(page, 1).fill('Be kind and brief.')
  await save(page)
  await page.getByRole('button', { name: 'Publish' }).click()
  const dialog = page.getByRole('dialog', { name: 'Publish version 2' })
  await dialog.getByText('2 prompts include it: order, reply.').waitFor()
  await dialog.locator('ins', { hasText: 'and brief' }).first().waitFor()
  await dialog.getByRole('button', { name: 'Move production to version 2' }).click()
  await dialog.waitFor({ state: 'visible' })
  await dialog.getByLabel(/I want that/).check()
  await dialog.getByRole('button', { name: 'Move production to version 2' }).click()
  await dialog.waitFor({ state: 'hidden' })

  await open(page, `${path}/${reply}`)
  await page.getByText('It stands at 1; version 2 is out.').waitFor()
  await open(page, `${path}/${tone}/users`)
  await page.getByRole('checkbox', { name: 'Update order' }).waitFor()
  await page.getByRole('button', { name: 'Update the chosen' }).click()
  await page.locator('.c-toast', { hasText: '2 prompts took the update' }).waitFor()
  await page.getByText('up to date').nth(1).waitFor()
  const pulled = await (await stage.studio.rest(project.key, 'GET', '/prompts/reply?label=latest')).json()
  assert.deepEqual(pulled.includes, [{ name: 'tone', version: 2 }])
  assert.match(pulled.messages[0].content, /^Be kind and brief\./)
})

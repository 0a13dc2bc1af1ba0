// Without script, as before the wasm arrives: forms and links alone carry the whole way.

import assert from 'node:assert/strict'

import { greeting, journey, owner } from '../support.mjs'

journey('without script a studio is set up, and shows what was wrong', async (stage) => {
  const page = await stage.person({ js: false })
  await page.goto('/')
  await page.getByLabel('Your name').fill(owner.name)
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password').fill('short')
  await page.getByLabel('First project').fill('Northwind')
  await page.getByLabel('Load the sample project').uncheck()
  await page.getByRole('button', { name: 'Make the studio' }).click()
  await page.getByText(/at least 12 characters/i).and(page.locator('.c-error')).waitFor()
  assert.equal(await page.getByLabel('Your name').inputValue(), owner.name, 'what was typed is still there')
  assert.ok(!page.url().includes('short'), 'the password is never in an address')
  await page.getByLabel('Password').fill(owner.password)
  await page.getByRole('button', { name: 'Make the studio' }).click()
  await page.waitForURL(/\/p\/[^/]+\/prompts$/)
  await page.getByText('No prompts yet').waitFor()
})

journey('without script one signs in, finds, writes, runs and signs out', async (stage) => {
  const project = await stage.studio.settle()
  const list = `/p/${project.id}/prompts`
  await stage.studio.prompt(project, 'support/reply', [greeting()], { tags: ['support'] })
  await stage.studio.prompt(project, 'search/rerank', [greeting('Sort {{question}} for {{shop_name}}.')])
  const page = await stage.person({ js: false })

  await signIn(page, list)
  await browse(page, list)
  await write(page)
  await run(page)
  await page.goto('/account')
  await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(/\/signin$/)
  await page.goto(list)
  assert.equal(new URL(page.url()).pathname, '/signin')
})

async function signIn(page, list) {
  await page.goto(list)
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password').fill('not the right words')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('E-mail and password do not match. 4 more tries before a pause of 15 minutes.').waitFor()
  assert.equal(await page.getByLabel('E-mail').inputValue(), owner.email)
  assert.ok(!decodeURIComponent(page.url()).includes('not the right words'))
  await page.getByLabel('Password').fill(owner.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(({ pathname }) => pathname === list)
}

async function browse(page, list) {
  const names = () => page.locator('tbody .p-name').allInnerTexts()
  await page.getByRole('link', { name: 'Name' }).click()
  await page.waitForURL(/sort=name/)
  assert.deepEqual(await names(), ['search/rerank', 'support/reply'])
  await page.getByRole('link', { name: 'Name' }).click()
  await page.waitForURL(/sort=(-|%2D)name/)
    assert.deepEqual(await names(), ['support/reply', 'search/rerank'])
  await page.goto(list)
  await page.getByRole('searchbox').fill('rerank')
  await page.getByRole('button', { name: 'Search', exact: true }).click()
  await page.waitForURL(/q=rerank/)
  assert.deepEqual(await names(), ['search/rerank'])
  await page.goto(list)
  await page.getByRole('link', { name: 'support/reply' }).click()
  await page.waitForURL(/\/prompts\/[0-9a-f-]{36}$/)
}

async function write(page) {
  const dead = await page.locator('.l-script').filter({ visible: true }).count()
  assert.equal(dead, 0, 'what needs script is not shown')
  const message = page.getByLabel('Message 1, system')
  await message.fill('You answer customers of {{shop_name}}.\nBe brief.')
  await page.getByRole('button', { name: 'Save version' }).click()
  await page.locator('.c-timeline > li b', { hasText: /^2$/ }).waitFor()
  assert.equal(await message.inputValue(), 'You answer customers of {{shop_name}}.\nBe brief.')
}

async function run(page) {
  await page.getByLabel('shop_name').fill('Northwind')
  await page.getByLabel('question').fill('Do you repair kettles?')
  await page.getByRole('button', { name: 'Run' }).click()
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/, { timeout: 90_000 })
  assert.match(await page.locator('.p-answer').innerText(), /\w{2}/)
  await page.getByText('Do you repair kettles?').first().waitFor()
  await page.locator('.p-metrics').waitFor()
}

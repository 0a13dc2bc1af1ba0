// A session that ends in the middle of work takes nothing with it.

import assert from 'node:assert/strict'

import { greeting, journey, leads, open, owner, ready } from '../support.mjs'

journey('what was typed survives the end of the session, and can be saved', async (stage) => {
  const project = await stage.studio.settle()
  const prompt = `/p/${project.id}/prompts/${await stage.studio.prompt(project, 'support/reply', [greeting()])}`
  const page = await stage.person({ as: owner })
  await open(page, prompt)
  const typed = 'A long thought about {{shop_name}} that must not be lost.'
  await page.getByLabel('Message 1', { exact: true }).fill(typed)
  await page.getByLabel('Note for this version').fill('A thought')

  await page.context().clearCookies({ name: 'atelier_session' })
  stage.expect(401, /^\/fn\/save_version/)
  await page.getByRole('button', { name: 'Save version' }).click()
  await page.getByText('Your session has ended. What you typed is still here').waitFor()
  assert.equal(await page.getByLabel('Message 1', { exact: true }).inputValue(), typed)

  const opened = page.waitForEvent('popup')
  await page.getByRole('link', { name: 'sign in in a new tab' }).click()
  const door = await opened
  await door.getByLabel('E-mail').fill(owner.email)
  await door.getByLabel('Password').fill(owner.password)
  await leads(door, /\/p\//, () => door.getByRole('button', { name: 'Sign in' }).click())
  await door.close()

  await leads(page, /\?v=2$/, () => page.getByRole('button', { name: 'Save version' }).click())
  assert.equal(await page.getByLabel('Message 1', { exact: true }).inputValue(), typed)
  await page.getByText('Your session has ended').waitFor({ state: 'detached' })
})

journey('what was typed survives what happens around it', async (stage) => {
  const project = await stage.studio.settle()
  const prompt = await stage.studio.prompt(project, 'support/reply', [greeting(), greeting('Be brief with customers of {{shop_name}}.')])
  const page = await stage.person({ as: owner })
  await open(page, `/p/${project.id}/prompts/${prompt}`)
  const message = page.getByLabel('Message 1', { exact: true })
  const typed = 'Half a thought about {{shop_name}}.'
  await message.fill(typed)
  await page.getByLabel('question').fill('Where is it?')
  const kept = async (what) => {
    assert.equal(await message.inputValue(), typed, what)
    assert.equal(await page.getByLabel('question').inputValue(), 'Where is it?', what)
  }

  await label(page, 'staging')
  await kept('moving a label')
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('button', { name: 'Name, description, tags' }).click()
  const dialog = page.getByRole('dialog', { name: 'Name, description, tags' })
  await dialog.getByLabel('Description').fill('Answers customers')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await ready(page)
  await kept('describing the prompt')
  await page.getByRole('button', { name: 'Run' }).click()
  await page.locator('.p-metrics').waitFor({ timeout: 90_000 })
  await kept('running it')

  await leads(page, /\?v=3$/, () => page.getByRole('button', { name: 'Save version' }).click())
  await kept('saving')
})

journey('a label that moved is moved back by one click', async (stage) => {
  const project = await stage.studio.settle()
  const prompt = await stage.studio.prompt(project, 'support/reply', [greeting(), greeting('Be brief with customers of {{shop_name}}.')])
  const page = await stage.person({ as: owner })
  await open(page, `/p/${project.id}/prompts/${prompt}?v=1`)
  await label(page, 'production')
  const news = page.locator('.c-toast', { hasText: '“production” now points at version 1' })
  await news.getByRole('button', { name: 'Undo' }).click()
  await page.locator('.l-top [data-label=production]', { hasText: '2' }).waitFor()
})

async function label(page, name) {
  await page.getByRole('button', { name: 'Publish' }).click()
  const dialog = page.getByRole('dialog', { name: /^Publish version/ })
  await dialog.getByLabel('Label').fill(name)
  await dialog.getByRole('button', { name: /^Move it/ }).click()
  await page.locator('.c-toast', { hasText: `“${name}” now points at` }).first().waitFor()
  await ready(page)
}

// A session that ends in the middle of work takes nothing with it.

import assert from 'node:assert/strict'

import { editors, greeting, journey, leads, message as editor, open, owner, ready, save, written } from '../support.mjs'

journey('what was typed survives the end of the session, and can be saved', async (stage) => {
  const project = await stage.studio.settle()
  const prompt = `/p/${project.id}/prompts/${await stage.studio.prompt(project, 'support/reply', [greeting()])}`
  const page = await stage.person({ as: owner })
  await open(page, prompt)
  const typed = 'A long thought about {{shop_name}} that must not be lost.'
  await editors(page)
  stage.expect(401, /^\/fn\/keep_draft/)
  await page.context().clearCookies({ name: 'atelier_session' })
  await editor(page, 1).fill(typed)
  await page.getByText('Your session has ended. What you typed is kept in this browser').waitFor()
  await page.getByText('Signed out: kept in this browser').waitFor()
  assert.equal(await written(page, 1), typed)

  const opened = page.waitForEvent('popup')
  await page.getByRole('link', { name: 'sign in in a new tab' }).click()
  const door = await opened
  await door.getByLabel('E-mail').fill(owner.email)
  await door.getByLabel('Password').fill(owner.password)
  await leads(door, /\/p\//, () => door.getByRole('button', { name: 'Sign in' }).click())
  await door.close()

  // It is tried again by itself.
  await page.getByText('Draft saved').waitFor()
  await page.getByText('Your session has ended').waitFor({ state: 'detached' })
  await save(page, { note: 'A thought' })
  assert.equal(await written(page, 1), typed)
})

journey('what was typed survives what happens around it', async (stage) => {
  const project = await stage.studio.settle()
  const prompt = await stage.studio.prompt(project, 'support/reply', [greeting(), greeting('Be brief with customers of {{shop_name}}.')])
  const page = await stage.person({ as: owner })
  await open(page, `/p/${project.id}/prompts/${prompt}`)
  await editors(page)
  const typed = 'Half a thought about {{shop_name}}.'
  await editor(page, 1).fill(typed)
  await page.getByLabel('question').fill('Where is it?')
  const kept = async (what) => {
    assert.equal(await written(page, 1), typed, what)
    assert.equal(await page.getByLabel('question').inputValue(), 'Where is it?', what)
  }

  await label(page, 'staging')
  await kept('moving a label')
  await page.getByRole('button', { name: 'More', exact: true }).click()
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

  await save(page)
  assert.equal(await written(page, 1), typed, 'saving')
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
  if (name === 'production') await dialog.getByLabel(/I want that/).check()
  await dialog.getByRole('button', { name: /^Move .* to version/ }).click()
  await page.locator('.c-toast', { hasText: `“${name}” now points at` }).first().waitFor()
  await ready(page)
}

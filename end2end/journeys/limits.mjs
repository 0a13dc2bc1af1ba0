// Too much, too long, and twice: a clear word beside the field, and nothing lost.

import assert from 'node:assert/strict'

import { editors, greeting, journey, leads, message, open, owner, save, written } from '../support.mjs'

const MEGABYTE = 1 << 20

/** Types past the input's own limit, as a program or an old page would. */
async function force(field, value) {
  await field.evaluate((input) => input.removeAttribute('maxlength'))
  await field.fill(value)
}

journey('wrong input is answered beside its field', async (stage) => {
  const project = await stage.studio.settle()
  await stage.studio.prompt(project, 'support/reply', [greeting()])
  const page = await stage.person({ as: owner })
  stage.expect(422, /^\/fn\//)
  stage.expect(409, /^\/fn\//)
  await names(page, project)
  await projectNames(page, project)
  await accounts(page)
})

async function names(page, project) {
  await open(page, `/p/${project.id}/prompts/new`)
  const name = page.getByLabel('Name', { exact: true })
  const beside = page.locator('#f-name-error')
  const send = () => page.getByRole('button', { name: 'Make the prompt' }).click()
  for (const [value, problem] of [
    ['n'.repeat(201), /at most 200 characters; this has 201/],
    ['tab\there', /holds letters.*but not '\\t'/],
    ['bell\u0007', /but not '\\u\{7\}'/],
    ['support//reply', /Every part between slashes needs a name/],
    ['support/reply', /already|taken|exists/],
  ]) {
    await force(name, value)
    await send()
    await beside.getByText(problem).waitFor()
    assert.equal(await name.inputValue(), value, 'what was typed is still there')
    assert.equal(await name.getAttribute('aria-invalid'), 'true')
    assert.equal(await name.getAttribute('aria-describedby'), 'f-name-error')
  }
  await force(name, 'support/second')
  await page.getByLabel('Tags').fill('x'.repeat(300))
  await send()
  await page.locator('#f-tags-error').waitFor()
  await page.getByLabel('Tags').fill('fine')
  await leads(page, /\/prompts\/[0-9a-f-]{36}$/, send)
}

async function projectNames(page, project) {
  await open(page, `/p/${project.id}/settings?tab=project`)
  const name = page.getByLabel('Name', { exact: true })
  await force(name, 'n'.repeat(101))
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.locator('#f-project-error').getByText(/100/).waitFor()
  await force(name, 'a\u0001b')
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.locator('#f-project-error').getByText(/control|character/i).waitFor()
}

async function accounts(page) {
  await open(page, '/account')
  await page.getByLabel('Current password').fill(owner.password)
  await page.getByLabel('New password').fill('short')
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.locator('#f-password-error').getByText(/at least 12/i).waitFor()
}

journey('a message of a megabyte and five hundred variables are saved, more is refused in words', async (stage) => {
  const project = await stage.studio.settle()
  const prompt = `/p/${project.id}/prompts/${await stage.studio.prompt(project, 'support/reply', [greeting()])}`
  const page = await stage.person({ as: owner })
  stage.expect(422, /^\/fn\/review_draft/)
  await open(page, prompt)
  await editors(page)
  const dialog = page.getByRole('dialog', { name: 'Save version' })
  const refused = async (problem) => {
    await page.getByRole('button', { name: 'Save version', exact: true }).click()
    await dialog.getByRole('alert').getByText(problem).first().waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
  }

  await message(page, 1).fill('é'.repeat(MEGABYTE / 2) + '!')
  await refused(/at most 1 MiB/)
  assert.equal((await written(page, 1)).length, MEGABYTE / 2 + 1, 'what was typed is still there')
  await message(page, 1).fill('é'.repeat(MEGABYTE / 2))
  await save(page)
  assert.equal((await written(page, 1)).length, MEGABYTE / 2)

  await message(page, 1).fill(variables(500))
  await save(page)
  await page.locator('#run textarea').nth(500).waitFor()
  assert.equal(await page.locator('#run textarea').count(), 501, 'a field for each, and the question of the other message')

  await message(page, 1).fill('Hello {{name')
  await page.getByLabel('Temperature').fill('warm')
  await refused(/“warm” is not a number/)
  await page.getByLabel('Temperature').fill('0.2')
  await refused(/\{\{/)
})

const variables = (count) => Array.from({ length: count }, (_, at) => `{{value_${at}}}`).join(' ')

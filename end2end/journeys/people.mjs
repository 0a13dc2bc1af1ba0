// Who is let in, what a role may not do, and how access ends.

import assert from 'node:assert/strict'

import { call, greeting, journey, leads, open, owner, ready } from '../support.mjs'

const guest = { name: 'Vera Viewer', email: 'vera@example.com', password: 'another four plain words' }

journey('somebody who is invited sees prompts, changes none, and is out once removed', async (stage) => {
  const project = await stage.studio.settle()
  const prompt = `/p/${project.id}/prompts/${await stage.studio.prompt(project, 'support/reply', [greeting()])}`
  const ada = await stage.person({ as: owner })
  const vera = await stage.person()

  await join(vera, await invite(ada, project, 'viewer'), project)
  await looksOnly(stage, vera, prompt)
  await changeRole(ada, project, 'Reviewer')
  await looksOnly(stage, vera, prompt)

  await remove(ada, project)
  stage.expect(404, new RegExp(`^/p/${project.id}/`))
  const gone = await vera.goto(prompt)
  assert.equal(gone.status(), 404)
  assert.doesNotMatch(await vera.content(), /You answer customers/)
})

async function invite(page, project, role) {
  await open(page, `/p/${project.id}/settings?tab=members`)
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Invite somebody' })
  await dialog.getByLabel('E-mail').fill(guest.email)
  await dialog.getByLabel('Role').selectOption(role)
  await dialog.getByRole('button', { name: 'Make the link' }).click()
  const link = await dialog.locator('.c-secret code').innerText()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('row', { name: /vera@example\.com/ }).waitFor()
  return link
}

async function join(page, link, project) {
  await open(page, link)
  await page.getByText('Viewer: looks, changes nothing').waitFor()
  await page.getByLabel('Your name').fill(guest.name)
  await page.getByLabel('Choose a password').fill(guest.password)
  // Who is in one project only goes straight there.
  await leads(page, `/p/${project.id}/prompts`, () => page.getByRole('button', { name: 'Join the project' }).click())
}

/** No button that would be refused; and refused all the same. */
async function looksOnly(stage, page, prompt) {
  const project = prompt.split('/prompts/')[0]
  await open(page, `${project}/prompts`)
  await page.getByRole('link', { name: 'support/reply' }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'New prompt' }).count(), 0)
  await leads(page, `${prompt}`, () => page.getByRole('link', { name: 'support/reply' }).click())
  for (const name of ['Save version', 'Publish', 'Run', 'More']) assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name)
  await page.getByText('Editors and owners can run prompts.').waitFor()
  assert.equal(await page.locator('textarea[name="form[contents][]"]').first().getAttribute('readonly'), '')

  stage.expect(403, /^\/fn\//)
  const id = prompt.split('/').pop()
  const action = (form) => page.locator(`form#${form}`).getAttribute('action')
  const saved = await call(page, await action('editor'), { prompt: id, seen: '1', 'form[base]': '1', 'form[roles][0]': 'user', 'form[contents][0]': 'mine' })
  assert.equal(saved.status, 403, saved.text)
  const ran = await call(page, await action('run'), { prompt: id, version: '1', 'values[question]': 'x', 'values[shop_name]': 'y' })
  assert.equal(ran.status, 403, ran.text)

  await open(page, `${project}/settings?tab=keys`)
  await page.getByText('Only owners of this project see its API keys').waitFor()
  await open(page, `${project}/settings?tab=members`)
  assert.equal(await page.getByRole('button', { name: /Invite|Remove/ }).count(), 0)
}

async function changeRole(page, project, role) {
  await open(page, `/p/${project.id}/settings?tab=members`)
  await page.getByLabel(`Role of ${guest.name}`).selectOption({ label: role })
  await page.getByRole('row', { name: /vera@example\.com/ }).getByRole('button', { name: 'Set' }).click()
  await page.getByText('The role is changed.').waitFor()
}

async function remove(page, project) {
  await open(page, `/p/${project.id}/settings?tab=members`)
  await page.getByRole('button', { name: `Remove ${guest.name}` }).click()
  await page.getByRole('dialog', { name: `Remove ${guest.name}?` }).getByRole('button', { name: 'Remove' }).click()
  await page.getByText('They are no longer in the project.').waitFor()
  await page.getByRole('row', { name: /vera@example\.com/ }).waitFor({ state: 'detached' })
}

journey('an administrator helps who forgot the password, and a new password ends every session', async (stage) => {
  const project = await stage.studio.settle()
  await stage.studio.command(['user', 'add', '--email', guest.email, '--name', guest.name, '--project', 'Northwind', '--role', 'viewer'], guest.password)
  const ada = await stage.person({ as: owner })
  const vera = await stage.person({ as: guest })
  const elsewhere = await stage.person({ as: guest })

  const link = await resetLink(ada)
  const second = 'yet another four words'
  const stranger = await stage.person()
  await open(stranger, link)
  await stranger.getByLabel('New password').fill(second)
  await leads(stranger, `/p/${project.id}/prompts`, () => stranger.getByRole('button', { name: 'Set the password' }).click())
  await signedOut(elsewhere, project)
  stage.expect(409, /^\/reset\//)
  await stranger.goto(link)
  await stranger.getByText('This link was used already.').waitFor()

  await signIn(vera, project, second)
  const third = 'these are the last words'
  await open(vera, '/account')
  await vera.getByLabel('Current password').fill(second)
  await vera.getByLabel('New password').fill(third)
  await leads(vera, /\/signin\?changed/, () => vera.getByRole('button', { name: 'Change the password' }).click())
  await vera.getByText('Your password is changed').waitFor()
  await signedOut(stranger, project)

  await signIn(vera, project, third)
  await vera.getByRole('button', { name: guest.name }).click()
  await leads(vera, /\/signin$/, () => vera.getByRole('button', { name: 'Sign out' }).click())
  await signedOut(vera, project)
})

async function resetLink(page) {
  await open(page, '/admin')
  await page.getByRole('button', { name: `Make a reset link for ${guest.name}` }).click()
  await page.getByText(`Send this link to ${guest.email} yourself`).waitFor()
  return page.locator('.c-secret code').innerText()
}

async function signedOut(page, project) {
  await open(page, `/p/${project.id}/prompts`)
  assert.equal(new URL(page.url()).pathname, '/signin')
}

async function signIn(page, project, password) {
  await open(page, `/signin?next=/p/${project.id}/runs`)
  await page.getByLabel('E-mail').fill(guest.email)
  await page.getByLabel('Password').fill(password)
  await leads(page, `/p/${project.id}/runs`, () => page.getByRole('button', { name: 'Sign in' }).click())
  await ready(page)
}

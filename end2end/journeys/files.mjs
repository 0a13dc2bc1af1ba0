// Files: a folder goes out, is changed by hand, and comes in again; what is in doubt is chosen.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'

import { greeting, journey, leads, open, owner, ready } from '../support.mjs'

/** Chooses a file on the import page, and looks at what it would do. */
async function look(page, name, text) {
  await page.getByLabel('File', { exact: true }).setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })
  await page.waitForFunction((end) => document.querySelector('#f-text').value.trimEnd().endsWith(end), text.trimEnd().slice(-8))
  await page.getByRole('button', { name: 'Look at it first' }).click()
  await page.getByRole('heading', { name: /file$/ }).waitFor()
}

journey('a folder goes out as a file, is changed by hand, and comes in again', async (stage) => {
  const project = await stage.studio.settle()
  await stage.studio.prompt(project, 'support/reply', [greeting(), greeting('You answer {{shop_name}} briefly.')])
  await stage.studio.prompt(project, 'support/tone', [{ messages: [{ role: 'system', content: 'Be kind.' }] }])
  await stage.studio.prompt(project, 'other', [greeting()])
  const page = await stage.person({ as: owner })
  await open(page, `/p/${project.id}/prompts?folder=support`)
  await page.getByRole('button', { name: 'Import and export' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export as YAML' }).click()])
  assert.equal(download.suggestedFilename(), 'support.yaml')
  const file = await readFile(await download.path(), 'utf8')
  assert.ok(file.includes('support/tone') && !file.includes('name: other'), file)

  await page.getByRole('button', { name: 'Import and export' }).click()
  await leads(page, `/p/${project.id}/prompts/import`, () => page.getByRole('link', { name: 'Import prompts' }).click())
  await look(page, 'support.yaml', file)
  await page.getByText('Everything in this file is here already.').waitFor()

  const changed = file.replace('Be kind.', 'Be kind and brief.').replace('name: support/reply', 'name: support/answer')
  await look(page, 'support.yaml', changed)
  await page.getByText('1 prompt would be made, 0 would get new versions, 0 stay as they are, 1 need your choice.').waitFor()
  await page.getByText('Compare with what is here').click()
  await page.locator('.p-differs ins').filter({ hasText: 'brief' }).first().waitFor()
  await page.getByLabel('What to do with support/tone').selectOption({ index: 1 })
  await leads(page, `/p/${project.id}/prompts`, () => page.getByRole('button', { name: 'Import', exact: true }).click())
  await page.locator('.c-toast', { hasText: '1 prompt made, 1 with new versions, 0 left as they are' }).waitFor()
  const tone = await (await stage.studio.rest(project.key, 'GET', '/prompts/support%2Ftone?label=latest')).json()
  assert.deepEqual([tone.version, tone.messages[0].content, tone.labels], [2, 'Be kind and brief.', []])



  await open(page, `/p/${project.id}/prompts/import`)
  await page.getByLabel('Or paste it').fill('just words')
  stage.expect(422, /^\/fn\/preview_import/)
  await page.getByRole('button', { name: 'Look at it first' }).click()
  await page.getByText('Nothing here can be read as prompts.').first().waitFor()
  await ready(page)
})

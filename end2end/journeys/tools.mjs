// Tools and structured output, written by form: nobody has to touch JSON, and whoever does sees the form follow.

import assert from 'node:assert/strict'

import { editors, greeting, journey, open, owner, save } from '../support.mjs'

journey('a tool and a structured answer are written without touching JSON', async (stage) => {
  const project = await stage.studio.settle()
  const path = `/p/${project.id}/prompts/${await stage.studio.prompt(project, 'support/reply', [greeting()])}`
  const page = await stage.person({ as: owner })
  await open(page, path)
  await editors(page)
  await page.getByRole('button', { name: 'Edit tools and answer' }).click()
  await addTool(page)
  await structure(page)
  await page.getByText('Draft saved').waitFor()
  await save(page, { look: (dialog) => dialog.getByText('find_order').first().waitFor() })
  const pulled = await (await stage.studio.rest(project.key, 'GET', '/prompts/support%2Freply?label=latest')).json()
  const [{ function: tool }] = pulled.tools
  assert.equal(tool.name, 'find_order')
  assert.deepEqual(Object.keys(tool.parameters.properties), ['order_id', 'carrier'], 'in the order of the form')
  assert.deepEqual(tool.parameters.properties.carrier.enum, ['post', 'van'])
  assert.ok(tool.parameters.required.includes('order_id'))
  assert.equal(pulled.response_format.type, 'json_schema')
  assert.deepEqual(Object.keys(pulled.response_format.json_schema.schema.properties), ['verdict', 'sure'])
})

/** What opens takes the focus a frame later. */
const settled = (page) => page.waitForTimeout(150)

async function addTool(page) {
  await page.getByRole('button', { name: 'Add a tool' }).click()
  const dialog = page.locator('dialog[open]')
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('find_order')
  await dialog.getByRole('textbox', { name: 'Description of the tool' }).fill('Finds an order by its number')
  await field(page, dialog, 'order_id')
  await dialog.getByRole('checkbox', { name: 'Required: field order_id' }).check()
  await field(page, dialog, 'carrier')
  await dialog.getByText('Details of field carrier').click()
  await dialog.getByRole('textbox', { name: 'Choices of field carrier' }).fill('post\nvan')
  // Beside the form, and both ways.
  const json = dialog.getByRole('textbox', { name: 'JSON', exact: true })
  assert.match(await json.inputValue(), /"order_id"/)
  await json.fill((await json.inputValue()).replace('Finds an order by its number', 'Finds an order'))
  await settled(page)
  assert.equal(await dialog.getByRole('textbox', { name: 'Description of the tool' }).inputValue(), 'Finds an order')
  await dialog.getByRole('button', { name: 'Done' }).click()
}

async function field(page, dialog, name) {
  await dialog.getByRole('button', { name: 'Add a field', exact: true }).click()
  await settled(page)
  await page.keyboard.type(name)
  await dialog.getByRole('combobox', { name: `Type of field ${name}` }).waitFor()
}

async function structure(page) {
  await page.getByRole('radio', { name: 'By a schema' }).check({ force: true })
  await page.getByRole('button', { name: 'Edit answer' }).click()
  const dialog = page.locator('dialog[open]')
  await field(page, dialog, 'verdict')
  await field(page, dialog, 'sure')
  await dialog.getByRole('combobox', { name: 'Type of field sure' }).selectOption('boolean')
  await dialog.getByRole('button', { name: 'Done' }).click()
}

// Test cases: imported, asked of two columns, stopped, gone on with after the studio died, marked, compared.

import assert from 'node:assert/strict'

import { greeting, journey, leads, open, owner, upstream } from '../support.mjs'

const CASES = 24
const answered = async (page) => Number((await page.locator('.p-grid-stand [role=status]').innerText()).match(/^(\d+) of/)[1])

journey('a grid of test cases is cancelled and resumed', async (stage) => {
  const fake = await upstream()
  try {
    const project = await stage.studio.settle()
    const id = await stage.studio.prompt(project, 'support/reply', [greeting(), greeting('You answer {{shop_name}} briefly.')])
    await stage.studio.command(['provider', 'add', '--project', project.name, '--name', 'acme', '--kind', 'openai', '--base-url', `${fake.url}/v1`], 'sk-test-1')
    const page = await stage.person({ as: owner })

    // One by hand, the others from a file.
    await open(page, `/p/${project.id}/prompts/${id}/cases`)
    await page.getByText('No test cases yet').waitFor()
    await page.getByRole('link', { name: 'Add a case' }).click()
    await page.getByRole('textbox', { name: 'question' }).fill('Where is my order?')
    await page.getByRole('textbox', { name: 'shop_name' }).fill('Northwind')
    await page.getByLabel('Expected answer').fill('Where is my order?')
    await page.getByRole('button', { name: 'Save the case' }).click()
    await page.getByRole('rowheader', { name: 'Case 1' }).waitFor()
    await page.getByRole('button', { name: 'Import' }).click()
    const dialog = page.getByRole('dialog', { name: 'Import test cases' })
    stage.expect(422, /^\/fn\/import_cases/)
    await dialog.getByLabel('Or paste them').fill('question,shop_name\nonly one field')
    await dialog.getByRole('button', { name: 'Add them' }).click()
    await dialog.getByText('Line 2 has 1 fields, the head has 2').waitFor()
    const lines = Array.from({ length: CASES - 1 }, (_, at) => `"Question ${at}, please?",Shop ${at},nothing like it`)
    await dialog.locator('input[type=file]').setInputFiles({ name: 'cases.csv', mimeType: 'text/csv', buffer: Buffer.from(['question,shop_name,expected', ...lines].join('\n')) })
    await dialog.getByRole('button', { name: 'Add them' }).click()
    await page.getByRole('rowheader', { name: `Case ${CASES}`, exact: true }).waitFor()

    // Columns are chosen in the playground; half a second an answer.
    await open(page, `/p/${project.id}/playground?prompt=${id}&cols=1~acme/slow-first-400;2~acme/echo`)
    await page.getByText(`Run all ${CASES} test cases on these columns`).click()
    await page.getByLabel('Answers at once').selectOption('4')
    await page.getByLabel('Cost limit in USD').fill('none')
    stage.expect(422, /^\/fn\/start_grid/)
    await page.getByRole('button', { name: `Run ${CASES} cases × 2 columns` }).click()
    await page.getByText('Write the amount as a plain decimal number').waitFor()
    await page.getByLabel('Cost limit in USD').fill('2')
    await leads(page, /\/grids\//, () => page.getByRole('button', { name: `Run ${CASES} cases × 2 columns` }).click())
    const grid = page.url()
    await page.locator('.p-grid td[data-state=done]').nth(3).waitFor()
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByText(`${owner.name} stopped it.`).waitFor()
    const before = await answered(page)
    assert.ok(before >= 4 && before < 2 * CASES, `${before} answers when it was stopped`)
    assert.equal(await page.locator('.p-grid td[data-state=running]').count(), 0)

    // It goes on, the studio dies in the middle, and it goes on by itself.
    await page.getByRole('button', { name: 'Go on', exact: true }).click()
    await page.waitForFunction((before) => Number(document.querySelector('.p-grid-stand [role=status]')?.textContent.match(/^\d+/)?.[0]) > before, before)
    await page.goto('about:blank')
    await stage.studio.crash()
    await page.goto(grid)
    await page.getByText(`${2 * CASES} of ${2 * CASES} answers`).waitFor({ timeout: 60_000 })
    await page.locator('.c-tag', { hasText: 'done' }).waitFor()
    assert.equal(await page.getByText('as expected', { exact: true }).count(), 2, 'the first case, in both columns')

    // Marks, by a click and in the whole answer.
    const good = page.getByRole('button', { name: 'Good: case 1, column A' })
    await good.click()
    await page.locator('.p-grid thead').getByText('1 good, 0 bad').waitFor()
    await page.getByTitle('Case 2, column B: look at the whole answer').click()
    const sheet = page.getByRole('dialog', { name: 'Case 2, column B' })
    await sheet.getByText('Against what was expected').waitFor()
    await sheet.getByRole('button', { name: 'Bad: case 2, column B' }).click()
    await sheet.getByLabel('Note on this answer').fill('Too long.')
    await sheet.getByRole('button', { name: 'Next case' }).click()
    await page.getByRole('dialog', { name: 'Case 3, column B' }).waitFor()
    await page.keyboard.press('Escape')
    await page.goto(grid)
    assert.equal(await page.getByRole('button', { name: 'Good: case 1, column A' }).getAttribute('aria-pressed'), 'true')
    await page.locator('.p-note-mark').waitFor()

    // Its two columns, and the grid as one of the prompt's.
    await leads(page, /\/compare/, () => page.getByRole('link', { name: 'Compare', exact: true }).click())
    await page.getByText(`${CASES} of ${CASES} answers say the same.`).waitFor()
    await open(page, `/p/${project.id}/prompts/${id}/cases`)
    await page.getByRole('cell', { name: `${CASES} × 2` }).waitFor()

    // A run of it, kept as a case.
    await page.goto(grid)
    const run = await page.getByTitle('Case 2, column A: look at the whole answer').getAttribute('href')
    await open(page, run)
    await page.getByRole('link', { name: 'a grid' }).waitFor()
    await page.getByRole('button', { name: 'With this answer as the expected one' }).click()
    await page.getByText(`test case ${CASES + 1}`).waitFor()
  } finally {
    fake.end()
  }
})

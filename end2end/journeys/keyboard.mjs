// The whole of a working day without a mouse, and a focus that can be seen at every step.

import assert from 'node:assert/strict'

import { editors, greeting, journey, leads, message, open, owner, ready, written } from '../support.mjs'

journey('everything can be done by keys alone', async (stage) => {
  const project = await stage.studio.settle()
  const id = await stage.studio.prompt(project, 'support/reply', [greeting()])
  const list = `/p/${project.id}/prompts`
  const page = await stage.person()
  const keys = page.keyboard

  await open(page, `/signin?next=${list}`)
  await keys.type(owner.email)
  await keys.press('Tab')
  await keys.type(owner.password)
  await leads(page, `${list}`, () => keys.press('Enter'))

  await skip(page)
  await palette(page, `${list}/${id}`)
  await edit(page)
  await publish(page)
  await places(page, list)
  await dialogs(page)
  await newPrompt(page, list)
  await search(page, list)
  await peek(page, project, `${list}/${id}`)
  await switchedOff(page, list)
})

const focused = (page) => page.locator(':focus')

/** Tab, until this has the focus, and everything on the way shows that it has it. */
async function tabTo(page, target, key = 'Tab', steps = 80) {
  const wanted = await target.elementHandle()
  for (let step = 0; step < steps; step += 1) {
    await page.keyboard.press(key)
    await seen(page)
    if (await wanted.evaluate((element) => element === document.activeElement)) return
  }
  assert.fail(`${target} is not reached by ${steps} tabs`)
}

/** A ring of at least two pixels, around the element or the frame that stands for it. */
async function seen(page) {
  const look = () => {
    const shows = (element) => {
      const style = getComputedStyle(element)
      return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none'
    }
    const element = document.activeElement
    if (element === document.body) return true
    const box = element.getBoundingClientRect()
    const visible = box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth
    const framed = shows(element) || shows(element.parentElement) || element.matches('.c-message *')
    return visible && framed
  }
  // The frame after the key draws the ring.
  const ring = await page.waitForFunction(look, null, { timeout: 3_000 }).then(() => true, () => false)
  assert.ok(ring, `the focus cannot be seen on ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200))}`)
}

async function skip(page) {
  await open(page, page.url())
  await page.keyboard.press('Tab')
  await seen(page)
  assert.equal(await focused(page).innerText(), 'Skip to content')
  await page.keyboard.press('Enter')
  assert.equal(await focused(page).getAttribute('id'), 'main')
}

async function palette(page, prompt) {
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: 'Search or jump to' }).waitFor()
  await page.keyboard.type('reply')
  await page.getByRole('option', { name: /support\/reply/, selected: true }).waitFor()
  await leads(page, `${prompt}`, () => page.keyboard.press('Enter'))
}

async function edit(page) {
  await editors(page)
  await tabTo(page, message(page, 1))
  await page.keyboard.press('Control+End')
  await page.keyboard.type(' Be brief.')
  await tabTo(page, page.getByRole('button', { name: 'Save version', exact: true }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Save version' })
  await dialog.getByRole('button', { name: 'Save version 2' }).waitFor()
  await tabTo(page, dialog.getByLabel('What changed, and why'))
  await page.keyboard.type('By keys')
  // Enter in the note sends the editor's form.
  await page.keyboard.press('Enter')
  await page.locator('.c-timeline > li', { hasText: 'By keys' }).waitFor()
  assert.match(await written(page, 1), /Be brief\.$/)
}

async function publish(page) {
  const button = page.getByRole('button', { name: 'Publish' })
  await open(page, page.url())
  await tabTo(page, button)
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Publish version 2' })
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  assert.ok(await button.evaluate((element) => element === document.activeElement), 'the focus is back where it was')
  await page.keyboard.press('Enter')
  await tabTo(page, dialog.getByLabel(/I want that/))
  await page.keyboard.press('Space')
  await tabTo(page, dialog.getByRole('button', { name: 'Move production to version 2' }))
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'hidden' })
  await page.locator('.l-top [data-label=production]', { hasText: '2' }).waitFor()
}

async function places(page, list) {
  await page.keyboard.press('g')
  await leads(page, `${list}`, () => page.keyboard.press('p'))
  await page.keyboard.press('g')
  await leads(page, /\/settings$/, () => page.keyboard.press('s'))
  await page.keyboard.press('g')
  await leads(page, `${list}`, () => page.keyboard.press('p'))
}

async function dialogs(page) {
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await page.keyboard.press('?')
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
}

async function newPrompt(page, list) {
  await leads(page, `${list}/new`, () => page.keyboard.press('n'))
  const name = page.getByLabel('Name', { exact: true })
  await name.and(page.locator(':focus')).waitFor({ timeout: 2_000 })
  await page.keyboard.type('keys/typed')
  await leads(page, /\/prompts\/[0-9a-f-]{36}$/, () => page.keyboard.press('Enter'))
}

async function search(page, list) {
  await open(page, list)
  await page.keyboard.press('/')
  assert.equal(await focused(page).getAttribute('id'), 'search')
  await page.keyboard.type('typed')
  await leads(page, /\?q=typed$/, () => page.keyboard.press('Enter'))
  await page.getByRole('link', { name: 'support/reply' }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'keys/typed' }).waitFor()
}

async function peek(page, project, prompt) {
  await open(page, prompt)
  for (const asked of ['Where is it?', 'And now?']) await run(page, asked)
  // A letter in a field is a letter.
  await tabTo(page, page.getByRole('button', { name: /^Run/ }))
  await page.keyboard.press('g')
  await leads(page, `/p/${project.id}/runs`, () => page.keyboard.press('r'))
  await tabTo(page, page.getByRole('rowheader').getByRole('link').first())
  await page.keyboard.press('Enter')
  const beside = page.getByRole('complementary', { name: 'Run' })
  await beside.getByText('And now?').first().waitFor()
  await page.keyboard.press('j')
  await beside.getByText('Where is it?').first().waitFor()
  await page.keyboard.press('k')
  await beside.getByText('And now?').first().waitFor()
  await page.keyboard.press('Escape')
  await beside.waitFor({ state: 'hidden' })
  assert.equal(new URL(page.url()).search, '')
}

async function run(page, asked) {
  const question = page.getByLabel('question')
  if (!(await question.evaluate((field) => field === document.activeElement))) await tabTo(page, question)
  await page.keyboard.press('Control+a')
  await page.keyboard.type(asked)
  await page.keyboard.press('Control+Enter')
  await page.locator('#answer-h + [role=status]', { hasText: /Asking|Answering|line/ }).waitFor()
  await page.locator('.p-metrics').waitFor({ timeout: 90_000 })
}

/** Single keys are in the way of speech input: they can be switched off, Ctrl K stays. */
async function switchedOff(page, list) {
  await open(page, '/account')
  await tabTo(page, page.getByLabel('Single keys are shortcuts'))
  await page.keyboard.press('Space')
  await tabTo(page, page.getByRole('button', { name: 'Save', exact: true }))
  await leads(page, /saved=true/, () => page.keyboard.press('Enter'))
  await open(page, list)
  await page.keyboard.press('?')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: 'Search or jump to' }).waitFor()
  assert.ok(await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).isHidden())
  await page.keyboard.press('Escape')
  await ready(page)
}

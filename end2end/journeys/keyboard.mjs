// The whole of a working day without a mouse, and a focus that can be seen at every step.

import assert from 'node:assert/strict'

import { greeting, journey, leads, open, owner, ready } from '../support.mjs'

journey('by keys alone one signs in, finds a prompt, edits, saves and publishes it', async (stage) => {
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
})

const focused = (page) => page.locator(':focus')

/** Tab, until this has the focus, and everything on the way shows that it has it. */
async function tabTo(page, target, steps = 60) {
  const wanted = await target.elementHandle()
  for (let step = 0; step < steps; step += 1) {
    await page.keyboard.press('Tab')
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
  await tabTo(page, page.getByLabel('Message 1', { exact: true }))
  await page.keyboard.press('Control+End')
  await page.keyboard.type(' Be brief.')
  await tabTo(page, page.getByLabel('Note for this version'))
  await page.keyboard.type('By keys')
  // Enter in the note sends the editor's form.
  await leads(page, /\?v=2$/, () => page.keyboard.press('Enter'))
  assert.match(await page.getByLabel('Message 1', { exact: true }).inputValue(), /Be brief\.$/)
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
  await tabTo(page, dialog.getByRole('button', { name: 'Move it to version 2' }))
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'hidden' })
  await page.locator('.l-top [data-label=production]', { hasText: '2' }).waitFor()
}

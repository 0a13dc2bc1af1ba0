// The editor and its textarea: what is written, found, read, sent, taken over and given back.

import assert from 'node:assert/strict'

import { axe, check, content, flush, ready, set, site, text, value, written } from './stand.mjs'

// Every paragraph breaks its lines elsewhere. All of it is in view: what is not is only estimated by CodeMirror.
const paragraph = (_, at) => `${'Words of {{product}} and '.slice(at)}${'of {{order_id}}, then some more, for customers '.repeat(1 + (at % 3))}${'end'.repeat(at % 7)}`
const prose = Array.from({ length: 20 }, paragraph).join('\n')

check('it lies over the textarea, behind it, line for line in the same place', [text(prose), text('')], async ({ page, url }) => {
  const heights = async () => {
    const all = []
    for (let width = 340; width < 1000; width += 61) {
      await page.setViewportSize({ width, height: 2600 })
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
      all.push(await page.locator('li').evaluateAll((items) => items.map((item) => item.getBoundingClientRect().height)))
    }
    return all
  }
  let release
  await page.route('**/pkg/editor.js', async (route) => (await new Promise((done) => (release = done)), route.continue()))
  await page.goto(url)
  const before = await heights()
  release()
  await page.waitForSelector(ready)
  assert.deepEqual(await heights(), before)
  const order = await page.locator('prompt-editor').first().evaluate((element) => [...element.children].map(({ className }) => className.split(' ')[0]))
  assert.deepEqual(order, ['c-prompt', 'cm-editor'])
  assert.equal(await page.locator('textarea:visible').count(), 0)
})

check('what is written goes to the textarea, once a frame, and at once where it is read', [text('Hello')], async ({ page, open }) => {
  await open()
  await content(page).click()
  await page.keyboard.press('End')
  await page.keyboard.type(', you')
  await page.waitForFunction(() => window.heard.at(-1) === 'Hello, you')
  assert.equal(await value(page), 'Hello, you')
  // No frame passes between the key and the question.
  const asked = await page.evaluate(() => {
    const [element, area] = [document.querySelector('prompt-editor'), document.querySelector('textarea')]
    const write = (insert) => element.editor.view.dispatch({ changes: { from: 0, insert } })
    const answers = []
    for (const event of [new Event('atelier:flush'), new Event('visibilitychange')]) {
      write('a')
      answers.push(area.value)
      document.dispatchEvent(event)
      answers.push(area.value)
    }
    write('b')
    dispatchEvent(new Event('pagehide'))
    answers.push(area.value)
    document.querySelector('form').addEventListener('submit', (event) => (event.preventDefault(), answers.push(area.value)))
    write('c')
    document.querySelector('form').requestSubmit()
    const { contentDOM } = element.editor.view
    for (const event of [new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true }), new FocusEvent('blur')]) {
      write('d')
      contentDOM.dispatchEvent(event)
      answers.push(area.value)
    }
    return answers
  })
  const now = ['', 'a', 'a', 'aa', 'baa', 'cbaa', 'dcbaa', 'ddcbaa'].map((more) => `${more}Hello, you`)
  assert.deepEqual(asked, now)
})

check('the form sends what is written', [text('one'), text('two')], async ({ page, open }) => {
  await open()
  await content(page, 1).click()
  await page.keyboard.type('x{{y}}\n')
  await Promise.all([page.waitForURL('**/save'), page.locator('#save').click()])
  assert.deepEqual(site.posted.at(-1).map((one) => one.replaceAll('\r\n', '\n')).map((one) => one.length), [3, 10])
})

check('a value that the page sets comes in, and can be undone', [text('Hello world')], async ({ page, open }) => {
  await open()
  await content(page).click()
  await page.keyboard.press('End')
  await page.keyboard.type('!')
  await flush(page)
  await page.locator('textarea').evaluate((area) => {
    area.value = 'Hello dear world!'
    area.dispatchEvent(new CustomEvent('atelier:set'))
  })
  assert.equal(await written(page), 'Hello dear world!')
  await page.keyboard.type('?')
  assert.equal(await written(page), 'Hello dear world!?', 'the caret stays where it was')
  for (const was of ['Hello dear world!', 'Hello world!', 'Hello world']) {
    await page.keyboard.press('Control+z')
    assert.equal(await written(page), was)
  }
})

check('find and replace', [text('the cat and the dog and The end')], async ({ page, open }) => {
  await open()
  await content(page).click()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Control+f')
  await page.keyboard.type('the')
  const status = page.locator('.c-find [role=status]')
  assert.equal(await status.textContent(), '3 found')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  assert.equal(await status.textContent(), '2 of 3')
  await page.getByLabel('Match case').check()
  assert.equal(await status.textContent(), '2 of 2')
  await page.getByLabel('Replace with').fill('a')
  await page.getByRole('button', { name: 'Replace all' }).click()
  assert.equal(await written(page), 'a cat and a dog and The end')
  await page.getByLabel('Regular expression').check()
  await page.getByLabel('Find', { exact: true }).fill('(')
  assert.equal(await status.textContent(), 'not readable')
  assert.deepEqual(await page.evaluate(() => window.heard), [await value(page)], 'what is looked for is not the prompt’s')
  assert.deepEqual(await axe(page), [])
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('.c-find').count(), 0)
  assert.ok(await content(page).evaluate((element) => element === document.activeElement))
})

check('several cursors', [text('cat dog cat\ndog')], async ({ page, open }) => {
  await open()
  await content(page).click()
  await page.keyboard.press('Control+Home')
  for (let key = 0; key < 3; key += 1) await page.keyboard.press('Control+d')
  await page.keyboard.type('{{x')
  await page.keyboard.press('Escape')
  assert.equal(await written(page), '{{x}} dog {{x}}\ndog')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Home')
  await page.locator('.cm-line').nth(1).click({ modifiers: ['Alt'], position: { x: 200, y: 10 } })
  // CodeMirror draws them in its next frame.
  await page.waitForFunction(() => document.querySelectorAll('.cm-cursor').length === 2)
  await page.keyboard.type('-')
  assert.equal(await written(page), '-{{x}} dog {{x}}\ndog-')
})

check('keys that are the page’s: Tab leaves, Command and Enter and a last Escape pass', [text('one'), text('two')], async ({ page, open }) => {
  await open()
  await page.evaluate(() => {
    window.passed = []
    addEventListener('keydown', (event) => event.defaultPrevented || window.passed.push(event.key))
  })
  await content(page).click()
  await page.keyboard.press('Control+Enter')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  assert.deepEqual(await page.evaluate(() => window.passed), ['Control', 'Enter', 'Escape', 'Tab'])
  assert.equal(await written(page), 'one')
  assert.ok(await content(page, 1).evaluate((element) => element === document.activeElement))
  await page.keyboard.press('Shift+Tab')
  assert.ok(await content(page).evaluate((element) => element === document.activeElement))
})

check('what may only be read is reached, read and copied, and does not change', [text('Secret {{product}}', { readonly: true })], async ({ page, open }) => {
  await open()
  await page.keyboard.press('Tab')
  await page.keyboard.type('x{{')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+c')
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'Secret {{product}}')
  await page.keyboard.press('Control+x')
  assert.equal(await written(page), 'Secret {{product}}')
  assert.equal(await content(page).getAttribute('aria-readonly'), 'true')
  await page.locator('textarea').evaluate((area) => (area.readOnly = false))
  await page.waitForSelector('.cm-content:not([aria-readonly])')
  await page.keyboard.type('x')
  assert.equal(await written(page), 'x')
})

check('its name, its hint and its spelling are the textarea’s', [text('')], async ({ page, open }) => {
  await open()
  const box = page.getByRole('textbox', { name: 'Message 1, user' })
  assert.equal(await box.getAttribute('spellcheck'), 'true')
  assert.equal(await box.getAttribute('aria-multiline'), 'true')
  assert.equal(await page.locator('.cm-placeholder').textContent(), 'Write here.')
  await set(page, 'aria-label', 'Message 2, user')
  await page.getByRole('textbox', { name: 'Message 2, user' }).waitFor()
  await page.locator('textarea').evaluate((area) => area.focus())
  await page.keyboard.type('x')
  assert.equal(await written(page), 'x', 'focus goes where the text is')
  assert.deepEqual(await axe(page), [])
})

check('a late editor takes over what was typed, the focus and the selection', [text('Hello')], async ({ page, url }) => {
  let release
  await page.route('**/pkg/editor.js', async (route) => (await new Promise((done) => (release = done)), route.continue()))
  await page.goto(url)
  await page.locator('textarea').click()
  await page.keyboard.press('End')
  await page.keyboard.type(' world')
  for (let key = 0; key < 5; key += 1) await page.keyboard.press('Shift+ArrowLeft')
  release()
  await page.waitForSelector(ready)
  await page.keyboard.type('you')
  assert.equal(await written(page), 'Hello you')
})

check('without the script the textarea serves', [text('Hello')], async ({ page, url, said }) => {
  await page.route('**/pkg/editor.js', (route) => route.abort())
  await page.goto(url)
  await page.locator('textarea').fill('Hello, textarea')
  await Promise.all([page.waitForURL('**/save'), page.locator('#save').click()])
  assert.deepEqual(site.posted.at(-1), ['Hello, textarea'])
  assert.ok(said.splice(0).every((line) => line.includes('ERR_FAILED')), 'only the browser says it')
})

/** The work of a page since it began, in ms of its thread: another process that is busy does not count. */
async function work(client) {
  const { metrics } = await client.send('Performance.getMetrics')
  const parts = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration']
  return 1000 * metrics.reduce((sum, { name, value }) => sum + (parts.includes(name) ? value : 0), 0)
}

const lines = 'Words about {{product}} and {{order_id}}, again and again, line by line.\n'.repeat(1400)
const endless = 'Words without an end about {{product}}. '.repeat(2500)

check('100 KB are written in fluently', [text(lines), text(endless)], async ({ page, open }) => {
  await open()
  const client = await page.context().newCDPSession(page)
  await client.send('Performance.enable', { timeDomain: 'threadTicks' })
  // A line that never ends is laid out anew with every key, by the browser.
  for (const [at, most] of [[0, 16], [1, 40]]) {
    await content(page, at).click({ position: { x: 300, y: 200 } })
    await page.keyboard.type('First words. ')
    const keys = 'fluently {{order_id}} written'
    const before = await work(client)
    await page.keyboard.type(keys, { delay: 30 })
    await flush(page)
    const each = ((await work(client)) - before) / keys.length
    assert.ok((await value(page, at)).includes(keys))
    assert.ok(each < most, `${each.toFixed(1)} ms for a key`)
  }
})

check('what moves keeps its history; what is removed is destroyed; what is unmounted gives the textarea back', [text('one'), text('two')], async ({ page, open }) => {
  await open()
  await content(page).click()
  await page.keyboard.type('x')
  await page.evaluate(() => document.querySelector('ol').append(document.querySelector('li')))
  assert.equal(await written(page, 1), await value(page, 1))
  await content(page, 1).click()
  await page.keyboard.press('Control+z')
  assert.equal(await written(page, 1), 'one')
  await flush(page)
  const gone = await page.evaluate(async () => {
    const element = document.querySelector('prompt-editor')
    const { editor } = element
    editor.view.dispatch({ changes: { from: 0, insert: 'last words ' } })
    element.closest('li').remove()
    await undefined
    await undefined
    return [element.editor === undefined, element.children.length, element.textContent, element.querySelector('textarea').value, window.heard.at(-1)]
  })
  assert.deepEqual(gone, [true, 1, 'two', 'last words two', 'one'])
  await page.locator('prompt-editor').evaluate((element) => element.editor.destroy())
  assert.equal(await page.locator('textarea:visible').count(), 1)
  assert.equal(await page.locator('.cm-editor').count(), 0)
})

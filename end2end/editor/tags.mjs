// Tags in the text: chips, braces, what is offered between them, and warnings.

import assert from 'node:assert/strict'

import { axe, check, content, offered, set, site, text, written } from './stand.mjs'

const warning = { from: 7, to: 20, tone: 'warn', say: 'order_ref is not declared.', fixes: [{ label: 'Use order_id', insert: '{{order_id}}' }] }

const every = '{{product}} {{ order_id }} {{> support/reply@production}} {{order_ref}} \\{{product}} {{{product}}} {{knowledge handbook 6}} {{a b}}'

check('chips: variables, includes, strangers; literals are none', [text(every)], async ({ page, open }) => {
  await open()
  const chips = await page.locator('.cm-line :is(.c-var, .c-inc)').evaluateAll((all) => all.map((one) => [one.className + ('undeclared' in one.dataset ? '!' : ''), one.textContent]))
  assert.deepEqual(chips, [
    ['c-var', '{{product}}'],
    ['c-var', '{{ order_id }}'],
    ['c-inc', '{{> support/reply@production}}'],
    ['c-var!', '{{order_ref}}'],
    ['c-var', '{{product}}'],
    ['c-var', '{{knowledge handbook 6}}'],
  ])
  await page.locator('prompt-editor').evaluate((element) => (element.dataset.variables = JSON.stringify([{ name: 'order_ref' }])))
  await page.waitForFunction(() => [...document.querySelectorAll('[data-undeclared]')].length === 3)
})

check('braces close themselves, are written over, and leave together', [text(''), text('\\{{x {"a": ')], async ({ page, open }) => {
  await open()
  await content(page).click()
  for (const [keys, now] of [['{', '{'], ['{', '{{}}'], ['product', '{{product}}'], ['}', '{{product}}'], ['}', '{{product}}'], [', {{', '{{product}}, {{}}']]) {
    await page.keyboard.type(keys)
    await page.keyboard.press('Escape')
    assert.equal(await written(page), now)
  }
  await page.keyboard.press('Backspace')
  assert.equal(await written(page), '{{product}}, {')
  await page.keyboard.press('Backspace')
  await page.keyboard.type('\\{{')
  assert.equal(await written(page), '{{product}}, \\{{', 'a literal stays open')
  await content(page, 1).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('{{{product}}}}')
  assert.equal(await written(page, 1), '\\{{x {"a": {{{product}}}}')
})

check('after {{ variables are offered: declared ones first, then used ones', [text('Buy '), text('{{question}} {{product}}')], async ({ page, open }) => {
  await open()
  await content(page).click()
  await page.keyboard.press('End')
  await page.keyboard.type('{{')
  assert.deepEqual(await offered(page), ['product', 'order_id', 'question', '>'])
  assert.equal(await page.locator('.cm-completionInfo').textContent(), 'What is sold.')
  assert.deepEqual(await page.locator('.cm-completionDetail').allTextContents(), ['text', 'number', 'in this prompt', 'include a prompt'])
  await page.keyboard.type('ord')
  await page.waitForFunction(() => document.querySelectorAll('.cm-completionLabel').length === 1)
  await page.keyboard.press('Enter')
  assert.equal(await written(page), 'Buy {{order_id}}')
  await page.keyboard.type(' ')
  assert.equal(await written(page), 'Buy {{order_id}} ', 'behind the braces')
  // Within a name that stands there already, the name is replaced and its braces stay its own.
  await page.keyboard.press('Backspace')
  for (let key = 0; key < 6; key += 1) await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Control+Space')
  await offered(page)
  await page.keyboard.press('Enter')
  assert.equal(await written(page), 'Buy {{order_id}}')
})

check('after {{> prompts are offered, after @ their labels', [text('')], async ({ page, open }) => {
  await open()
  await content(page).click()
  await page.keyboard.type('{{')
  await offered(page)
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  assert.equal(await written(page), '{{> }}')
  await page.waitForFunction(() => document.querySelector('.cm-completionLabel')?.textContent.startsWith('support'))
  await page.keyboard.type('ton')
  await page.waitForFunction(() => document.querySelectorAll('.cm-completionLabel').length === 1)
  assert.deepEqual(site.asked.map(({ q }) => q), ['', 'ton'], 'one question a pause')
  assert.deepEqual(site.asked[1], { q: 'ton', project: '0190', type: 'application/x-www-form-urlencoded;charset=UTF-8', accept: 'application/json' })
  assert.equal(await page.locator('.cm-completionDetail').textContent(), 'version 4 · production · staging')
  await offered(page)
  await page.keyboard.press('Enter')
  assert.equal(await written(page), '{{> support/tone-of-voice}}')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.type('@')
  assert.deepEqual(await offered(page), ['production', 'staging'])
  await page.keyboard.type('st')
  await page.waitForFunction(() => document.querySelectorAll('.cm-completionLabel').length === 1)
  await offered(page)
  await page.keyboard.press('Enter')
  assert.equal(await written(page), '{{> support/tone-of-voice@staging}}')
})

check('a question that fails is no trouble', [text('')], async ({ page, open, said }) => {
  await page.route('**/fn/**', (route) => route.abort())
  await open()
  await content(page).click()
  await page.keyboard.type('{{> re')
  await page.waitForTimeout(500)
  assert.equal(await written(page), '{{> re}}')
  assert.ok(said.splice(0).every((line) => line.includes('ERR_FAILED')), 'only the browser says it')
})

check('a warning is underlined, said at a hover and at F8, and mended', [text('Order: {{order_ref}}', { warnings: [warning] })], async ({ page, open }) => {
  await open()
  await page.locator('.cm-lintRange').hover()
  assert.match(await page.locator('.c-warning').textContent(), /not declared/)
  await page.keyboard.press('Escape')
  await page.mouse.move(5, 5)
  await page.waitForSelector('.c-warning', { state: 'detached' })
  await content(page).click({ position: { x: 20, y: 10 } })
  await page.keyboard.press('F8')
  await page.waitForSelector('.c-warning')
  assert.equal(await page.locator('.cm-announced').textContent(), 'order_ref is not declared.')
  await page.keyboard.press('Escape')
  await page.waitForSelector('.c-warning', { state: 'detached' })
  await content(page).press('Shift+F8')
  // Beyond the text, its words stand still where they were said.
  await set(page, 'data-warnings', JSON.stringify([{ ...warning, to: 900 }]))
  await content(page).press('Home')
  await content(page).press('F8')
  await page.waitForSelector('.c-warning')
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Use order_id')
  await page.keyboard.press('Enter')
  assert.equal(await written(page), 'Order: {{order_id}}')
  await page.keyboard.type('.')
  assert.equal(await written(page), 'Order: {{order_id}}.', 'the text has the focus, the caret stands behind what was put in')
  await set(page, 'data-warnings', 'no list')
  await page.waitForSelector('.cm-lintRange', { state: 'detached' })
})

for (const theme of ['light', 'dark']) {
  check(`axe finds nothing in ${theme}`, [text('{{product}} {{> support/reply}} {{order_ref}} x', { warnings: [{ ...warning, from: 32, to: 45 }] })], async ({ page, open }) => {
    await open()
    await content(page).click()
    await page.keyboard.press('F8')
    await page.waitForSelector('.c-warning')
    assert.deepEqual(await axe(page), [])
    await page.keyboard.press('Control+End')
    await page.keyboard.type(' {{')
    await offered(page)
    assert.deepEqual(await axe(page), [])
  }, { theme })
}


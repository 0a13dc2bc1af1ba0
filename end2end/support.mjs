// What journeys stand on: a studio of their own (the release binary on a free port, a fresh data folder),
// people in a browser, and an eye on everything that a page complains about.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const built = process.env.CARGO_TARGET_DIR ?? 'target'
const binary = resolve(root, process.env.ATELIER_BIN ?? join(built, 'release/atelier'))
const failures = resolve(root, 'target/journeys')
const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

export const owner = { name: 'Ada Owner', email: 'ada@example.com', password: 'four plain words here' }

// One browser for all journeys; each person has a context of their own, and so cookies, cache and storage of their own.
let launched
let journeys = 0
function browser() {
  launched ??= chromium.launch({ executablePath: process.env.CHROME || '/usr/bin/chromium', args: flags.split(' ') })
  return launched
}
/** The last journey closes it: while it runs, this process does not end. */
async function leave() {
  journeys -= 1
  if (journeys > 0) return
  const last = launched
  launched = undefined
  await (await last)?.close()
}

/** Collects what a process says; `told` waits for a line that matches. */
function listen(child) {
  const lines = []
  const waiting = new Set()
  const hear = (line) => {
    lines.push(line)
    for (const one of waiting) one(line)
  }
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', hear)
  const told = (pattern) =>
    new Promise((found, failed) => {
      const look = (line) => pattern.test(line) && found(line.match(pattern))
      lines.forEach(look)
      waiting.add(look)
      child.on('exit', (code) => failed(new Error(`atelier ended with ${code}:\n${lines.join('\n')}`)))
    })
  return { lines, told }
}

// None outlives us.
const running = new Set()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')))

/** A running studio. */
export class Studio {
  static async start(settings = {}) {
    const studio = new Studio()
    studio.data = await mkdtemp(join(tmpdir(), 'atelier-journey-'))
    studio.env = {
      ...process.env,
      ATELIER_ADDR: '127.0.0.1:0',
      ATELIER_DATA: studio.data,
      ATELIER_SITE: resolve(root, process.env.ATELIER_SITE ?? 'target/site'),
      ATELIER_MODELS: resolve(root, process.env.ATELIER_MODELS ?? 'models'),
      ...settings,
    }
    // Ours, not the studio's.
    for (const name of ['ATELIER_BIN', 'DATABASE_URL']) delete studio.env[name]
    await studio.launch()
    return studio
  }

  async launch() {
    const child = spawn(binary, ['serve'], { cwd: this.data, env: this.env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    this.ended = once(child, 'exit')
    running.add(child)
    this.ended.then(() => running.delete(child))
    const { lines, told } = listen(child)
    this.log = lines
    this.url = (await told(/serves on (http\S+)/))[1]
    this.env.ATELIER_ADDR = new URL(this.url).host
  }

  /** Kills it, as a machine that loses its power, and starts it again where it was. */
  async crash() {
    this.child.kill('SIGKILL')
    await this.ended
    await this.launch()
  }

  /** A command beside the serving process; gives what it printed. */
  async command(args, input = '') {
    const child = spawn(binary, args, { cwd: this.data, env: this.env, stdio: ['pipe', 'pipe', 'pipe'] })
    // A command that asks for nothing may be gone before.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    const [out, problem, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    assert.equal(code, 0, `atelier ${args.join(' ')}: ${problem}`)
    return out.trim()
  }

  /** The first administrator and a project, without a browser; gives the project's id. */
  async settle(project = 'Northwind') {
    await this.command(['user', 'add', '--email', owner.email, '--name', owner.name, '--admin'], owner.password)
    return this.project(project)
  }

  /** Another project of the owner; gives its id. */
  async project(name) {
    await this.command(['project', 'add', name, '--owner', owner.email])
    const key = await this.key(name, 'read')
    const { projects } = await this.as(owner)
    return { id: projects.get(name), name, key }
  }

  key(project, scopes) {
    return this.command(['key', 'add', '--project', project, '--name', 'journey', '--scope', scopes])
  }

  /** Signs in over HTTP; gives the session's cookie, and the ids of the projects by their names. */
  async as({ email, password }) {
    const page = await (await fetch(`${this.url}/signin`)).text()
    const action = page.match(/action="(\/fn\/sign_in[^"]*)"/)[1]
    const headers = { origin: this.url, accept: 'text/html' }
    const reply = await fetch(this.url + action, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams({ email, password, next: '/projects' }) })
    const cookie = reply.headers.getSetCookie().find((one) => one.startsWith('atelier_session='))
    assert.ok(cookie, `nobody is signed in as ${email}: ${reply.status} ${reply.headers.get('location')}`)
    const session = cookie.split(';')[0]
    const list = await (await fetch(`${this.url}/projects`, { headers: { cookie: session } })).text()
    const links = list.matchAll(/href="\/p\/([0-9a-f-]+)\/prompts"[^>]*>\s*<(?:b|span[^>]*)>([^<]+)/g)
    return { session, projects: new Map([...links].map(([, id, name]) => [name, id])) }
  }

  /** A call of the public interface. */
  async rest(key, method, path, body, headers = {}) {
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }), ...headers },
      body: body && JSON.stringify(body),
    })
  }

  /** A prompt with these versions, the last one published; gives its id on pages. */
  async prompt(project, name, versions, more = {}) {
    const key = await this.key(project.name, 'read,manage')
    const path = `/prompts/${encodeURIComponent(name)}`
    const ok = async (reply) => assert.ok(reply.ok, `${reply.url}: ${reply.status} ${await reply.clone().text()}`)
    await ok(await this.rest(key, 'POST', '/prompts', { name, type: 'chat', ...more }))
    for (const version of versions) await ok(await this.rest(key, 'POST', `${path}/versions`, version))
    if (versions.length) await ok(await this.rest(key, 'PUT', `${path}/labels/production`, { version: versions.length }))
    const { session } = await this.as(owner)
    const list = await (await fetch(`${this.url}/p/${project.id}/prompts?q=${encodeURIComponent(name)}`, { headers: { cookie: session } })).text()
    return list.match(new RegExp(`/p/${project.id}/prompts/([0-9a-f-]{36})`))[1]
  }

  /** Ends it as an operator would, and expects it to end well. */
  async stop() {
    if (this.child.exitCode === null) this.child.kill('SIGTERM')
    const [code, signal] = await this.ended
    await rm(this.data, { recursive: true, force: true })
    // A panic says on its next line what it was about.
    const cries = this.log.filter((line, at) => /panicked|\bERROR\b/.test(line) || /panicked/.test(this.log[at - 1] ?? ''))
    assert.deepEqual(cries, [], 'the log has errors')
    assert.equal(code ?? signal, 0, `atelier did not end well: ${this.log.slice(-5).join('\n')}`)
  }
}

async function text(stream) {
  let all = ''
  for await (const part of stream) all += part
  return all
}

/** A provider that speaks OpenAI's protocol; gives its address and the way to end it. */
export async function upstream() {
  const child = spawn(resolve(root, process.env.ATELIER_UPSTREAM ?? `${built}/release/atelier-upstream`), [], { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise((done) => createInterface({ input: child.stdout }).once('line', done))
  return { url: line.match(/http:\/\/[^\s]+/)[0].replace(/\/$/, ''), end: () => child.kill('SIGKILL') }
}

/** A message of two parts with two variables. */
export const greeting = (words = 'You answer customers of {{shop_name}}.', note = '') => ({
  messages: [
    { role: 'system', content: words },
    { role: 'user', content: '{{question}}' },
  ],
  params: { max_tokens: 24, temperature: 0 },
  note,
})

/** A studio, its people, and what their pages complained about. */
export class Stage {
  people = []
  complaints = []
  allowed = []

  constructor(studio) {
    this.studio = studio
  }

  /** Somebody with a browser. `as` is signed in; without it, a stranger. */
  async person({ as, js = true, width = 1440, height = 900, ...options } = {}) {
    const context = await (await browser()).newContext({
      baseURL: this.studio.url,
      viewport: { width, height },
      javaScriptEnabled: js,
      reducedMotion: 'reduce',
      ...options,
    })
    context.setDefaultTimeout(15_000)
    this.people.push(context)
    this.watch(context, js)
    if (js) await context.addInitScript(rememberListeners)
    if (as) {
      const { session } = await this.studio.as(as)
      const [name, value] = session.split(/=(.*)/s)
      await context.addCookies([{ name, value, url: this.studio.url, httpOnly: true, sameSite: 'Lax' }])
    }
    return context.newPage()
  }

  /** An answer that a journey provokes is no complaint. */
  expect(status, path) {
    this.allowed.push({ status, path })
  }

  watch(context, js) {
    // Without script, Chromium preloads what it then refuses to run, and says so.
    const scripts = /\/(pkg\/.*\.(js|wasm)|kit\.js)\b/
    const complain = (text) => (js || !scripts.test(text)) && this.complaints.push(text)
    context.on('console', (message) => {
      // The answer itself is watched below.
      const echo = message.text().startsWith('Failed to load resource: the server responded')
      if (['error', 'warning'].includes(message.type()) && !echo) complain(`${message.type()}: ${message.text()} (${message.page()?.url()})`)
    })
    context.on('weberror', (error) => complain(`exception: ${error.error().stack}`))
    context.on('requestfailed', (request) => {
      // What a page asked for while it was left.
      const why = request.failure()?.errorText
      if (why !== 'net::ERR_ABORTED') complain(`failed: ${request.url()} ${why}`)
    })
    context.on('response', (response) => {
      const { pathname } = new URL(response.url())
      const fine = response.status() < 400 || this.allowed.some(({ status, path }) => status === response.status() && path.test(pathname))
      if (!fine) complain(`${response.status()}: ${response.request().method()} ${response.url()}`)
    })
  }

  check(what = 'the pages complained') {
    assert.deepEqual(this.complaints, [], what)
  }

  /** What somebody who looks into a failure wants to see. */
  async keep(name) {
    await mkdir(failures, { recursive: true })
    const file = join(failures, name.replace(/[^a-z0-9]+/gi, '-').toLowerCase())
    await writeFile(`${file}.log`, [...this.complaints, '', ...this.studio.log].join('\n'))
    const pages = this.people.flatMap((context) => context.pages())
    await Promise.all(pages.map((page, at) => page.screenshot({ path: `${file}-${at}.png` }).catch(() => {})))
  }

  /** What the pages show and complained about, in words. */
  async seen() {
    const pages = this.people.flatMap((context) => context.pages())
    const shown = await Promise.all(pages.map((page) => page.locator('body').ariaSnapshot({ timeout: 2_000 }).catch(() => 'no answer')))
    const told = pages.map((page, at) => `\nThe page ${page.url()} showed\n${shown[at].slice(0, 6_000)}`)
    return [...told, ...this.complaints.map((complaint) => `\nComplaint: ${complaint}`)].join('')
  }

  async close() {
    await Promise.all(this.people.map((context) => context.close()))
    await this.studio.stop()
  }
}

/** A journey: a test on a stage of its own, whose pages complain about nothing. */
export function journey(name, act, { settings, timeout = 180_000 } = {}) {
  journeys += 1
  test(name, { timeout }, async (t) => {
    try {
      await play(name, await Studio.start(settings), act, t)
    } finally {
      await leave()
    }
  })
}

async function play(name, studio, act, t) {
  const stage = new Stage(studio)
  try {
    await act(stage, t)
    stage.check()
  } catch (error) {
    await stage.keep(name)
    // Where only the words of a run are kept, they tell what was on the screen.
    error.message += await stage.seen()
    // The studio may end badly after a failure; the failure is what counts.
    await stage.close().catch(() => {})
    throw error
  }
  await stage.close()
}

/** Runs in the page, first of all: remembers who has listeners, so that `ready` can tell what is hydrated. */
function rememberListeners() {
  Error.stackTraceLimit = 60
  const heard = new WeakSet()
  const { addEventListener } = EventTarget.prototype
  EventTarget.prototype.addEventListener = function (...args) {
    heard.add(this ?? window)
    return addEventListener.apply(this, args)
  }
  const hydrates = '#palette input, main form:not([method=get])'
  window.hydrated = () => {
    const alive = [...document.querySelectorAll(hydrates)].every((element) => heard.has(element))
    return alive && !document.querySelector('.c-load[aria-busy]')
  }
}

/** Waits until the wasm has taken over every form of the page. */
export async function ready(page) {
  await page.waitForLoadState('load')
  await page.waitForFunction(() => window.hydrated())
}

/** Opens an address as somebody who typed it, and waits until the page is alive. */
export async function open(page, path) {
  const response = await page.goto(path)
  await ready(page)
  return response
}

/** Message `n`, as it is written: the editor over its textarea. */
export const message = (page, n) => page.getByRole('textbox', { name: new RegExp(`^Message ${n}, `) })

/** What message `n` holds, as the form sends it. */
export async function written(page, n) {
  await page.evaluate(() => document.dispatchEvent(new Event('atelier:flush')))
  return page.locator('textarea[name="form[contents][]"]').nth(n - 1).inputValue()
}

/** The editors stand over their textareas. */
export const editors = (page) =>
  page.waitForFunction(() => {
    const all = [...document.querySelectorAll('prompt-editor')]
    return all.length > 0 && all.every((one) => one.dataset.state === 'ready')
  })

/** Saves the draft through the dialog that shows what would change; `look` sees it first. */
export async function save(page, { note, look } = {}) {
  await page.getByRole('button', { name: 'Save version', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Save version' })
  const button = dialog.getByRole('button', { name: /^Save version \d+$/ })
  await button.waitFor()
  await look?.(dialog)
  if (note) await dialog.getByLabel('What changed, and why').fill(note)
  const number = (await button.innerText()).match(/\d+/)[0]
  await button.click()
  await dialog.waitFor({ state: 'hidden' })
  await page.locator('.c-toast', { hasText: `Version ${number} is saved` }).first().waitFor()
  await page.locator('.c-timeline > li').filter({ has: page.locator('b', { hasText: new RegExp(`^${number}$`) }) }).first().waitFor()
  await ready(page)
  await editors(page)
}

/** The page that this work leads to, alive: a path, or a pattern of the address. */
export async function leads(page, to, work) {
  const there = typeof to === 'string' ? ({ pathname }) => pathname === to : to
  await Promise.all([page.waitForURL(there), work()])
  await ready(page)
}

/** A call to a server function as a program would make it, with the session of the page. */
export function call(page, action, fields) {
  return page.evaluate(
    async ([action, fields]) => {
      const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' }
      const reply = await fetch(action, { method: 'POST', headers, body: new URLSearchParams(fields) })
      return { status: reply.status, text: await reply.text() }
    },
    [action, fields],
  )
}

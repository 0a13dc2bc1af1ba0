// The official clients of OpenAI and Anthropic, unchanged but for base URL and key, against a studio whose providers are the fake upstream:
// `node end2end/clients/run.mjs`, or some of them by a part of their names: `… run.mjs openai_client.mjs`.
//
// `--direct` leaves the studio out and asks the fake upstream itself: it tells whether a script asks right, before a gateway is doubted.

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { Studio, greeting, root, upstream } from '../support.mjs'

const folder = dirname(fileURLToPath(import.meta.url))
const venv = resolve(root, 'target/clients')
const direct = process.argv.includes('--direct')
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const scripts = ['openai_client.py', 'anthropic_client.py', 'openai_client.mjs', 'anthropic_client.mjs', 'openfeature_client.py']
const chosen = scripts.filter((script) => wanted.length === 0 || wanted.some((word) => script.includes(word)))
if (chosen.length === 0) throw new Error(`No client is named ${wanted.join(' or ')}: there are ${scripts.join(', ')}.`)

/** Python with the clients that requirements.txt names. */
async function python() {
  const run = promisify(execFile)
  const binary = join(venv, 'bin/python')
  const requirements = join(folder, 'requirements.txt')
  if (!(await access(binary).then(() => true, () => false))) await run('python3', ['-m', 'venv', venv])
  // Says in half a second that there is nothing to do.
  await run(binary, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements])
  return binary
}

/** A project with a provider of each kind, a published prompt, and somebody who has spent everything. */
async function settle(studio, fake) {
  const project = await studio.settle()
  const provider = (name, kind, url) =>
    studio.command(['provider', 'add', '--project', project.name, '--name', name, '--kind', kind, '--base-url', url], 'sk-test-1')
  await provider('acme', 'openai', `${fake.url}/v1`)
  await provider('claude', 'anthropic', fake.url)
  await studio.prompt(project, 'support/reply', [greeting(), greeting('You answer customers of {{shop_name}}, briefly.')])
  const admin = await studio.key(project.name, 'admin')
  const spent = await studio.rest(admin, 'PUT', '/budgets/nothing', { per: 'user', subject: 'spender', period: 'day', limit: '0' })
  assert.ok(spent.ok, `no budget: ${spent.status} ${await spent.text()}`)
  const writer = await studio.key(project.name, 'manage')
  const variant = (key, version) => ({ key, weight: 0.5, prompt: 'support/reply', version })
  for (const key of ['greeting', 'stopped']) {
    const definition = { key, variants: [variant('control', 1), variant('b', 2)], metrics: [{ name: 'resolved' }] }
    const made = await studio.rest(writer, 'POST', '/experiments', definition)
    assert.ok(made.ok, `no experiment: ${made.status} ${await made.text()}`)
  }
  await studio.rest(writer, 'POST', '/experiments/greeting/start', {})
  return { ATELIER_KEY: await studio.key(project.name, 'gateway'), ATELIER_INGEST_KEY: await studio.key(project.name, 'ingest'), ATELIER_READ_KEY: await studio.key(project.name, 'read'), ATELIER_ROOT: studio.url }
}

/** Runs a script; each line that it prints is what one check came to, and each is a test. */
async function play(t, script, env) {
  const program = script.endsWith('.py') ? await python() : process.execPath
  const child = spawn(program, [join(folder, script)], { env: { ...process.env, ...env, PYTHONDONTWRITEBYTECODE: '1' }, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let checks = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const { name, problem, skipped } = JSON.parse(line)
    checks += 1
    await t.test(name, { skip: skipped }, () => assert.ok(!problem, problem))
  }
  const [code, signal] = await ended
  assert.equal(code ?? signal, 0, `${script} broke off`)
  assert.ok(checks > 0, `${script} checked nothing`)
}

test('official clients', { timeout: 600_000 }, async (t) => {
  const fake = await upstream()
  const studio = direct ? undefined : await Studio.start()
  try {
    const env = direct ? { ATELIER_KEY: 'sk-test-1', ATELIER_ROOT: fake.url, ATELIER_DIRECT: '1' } : await settle(studio, fake)
    for (const script of chosen) await t.test(script, (t) => play(t, script, { ...env, ATELIER_UPSTREAM: fake.url }))
  } finally {
    fake.end()
    await studio?.stop()
  }
})

// Many pages at once, and people who leave them before they are there: each page is whole and its reader's own, and nobody is hurt.

import assert from 'node:assert/strict'
import net from 'node:net'

import { greeting, journey, owner } from '../support.mjs'

const PAGES = 1_200
const other = { name: 'Jon Reviewer', email: 'jon@example.com', password: 'four other plain words' }

/** A project with something to show; gives the paths of its pages. */
async function furnish(studio) {
  const project = await studio.settle()
  const prompt = await studio.prompt(project, 'support/reply', [greeting()])
  await studio.command(['user', 'add', '--email', other.email, '--name', other.name, '--project', project.name, '--role', 'reviewer'], other.password)
  const pages = ['prompts', `prompts/${prompt}`, 'prompts/new', 'playground', 'runs', 'requests', 'cost', 'experiments', 'settings', 'nothing']
  return pages.map((page) => `/p/${project.id}/${page}`)
}

/** Does a piece of work for each of `PAGES` numbers, so many at once. */
async function together(count, work) {
  let next = 0
  const hand = async () => {
    while (next < PAGES) await work(next++)
  }
  await Promise.all(Array.from({ length: count }, hand))
}

journey('pages that are asked for at once are each whole, and their reader\'s own', async ({ studio }) => {
  const paths = await furnish(studio)
  const readers = await Promise.all([owner, other].map(async (reader) => ({ ...reader, ...(await studio.as(reader)) })))
  const ask = async (reader, path) => {
    const page = await (await fetch(studio.url + path, { headers: { cookie: reader.session } })).text()
    assert.ok(page.endsWith('</script>'), `${path} has no end`)
    return page
  }
  const told = (page) => ({ title: page.match(/<title>([^<]*)/)?.[1], names: readers.map(({ name }) => page.includes(name)) })
  const alone = new Map()
  for (const [at, reader] of readers.entries()) {
    for (const path of paths) {
      const page = told(await ask(reader, path))
      assert.ok(page.title?.endsWith(' · Atelier') && page.names[at], `${path} for ${reader.name}: ${JSON.stringify(page)}`)
      alone.set(reader.name + path, page)
    }
  }

  await together(8, async (at) => {
    const [reader, path] = [readers[at % 2], paths[Math.floor(at / 2) % paths.length]]
    assert.deepEqual(told(await ask(reader, path)), alone.get(reader.name + path), `${path} for ${reader.name}, among others and alone`)
  })
})

journey('pages that are left while they are written leave nothing behind', async ({ studio }) => {
  const paths = await furnish(studio)
  const { session } = await studio.as(owner)
  // Before it is asked for, while it is thought about, in the middle of its text, and after it.
  await together(4, (at) => leave(studio, session, paths[at % paths.length], at % 25))
})

/** Asks for a page, and hangs up so many milliseconds later. */
function leave(studio, session, path, patience) {
  const { hostname, port, host } = new URL(studio.url)
  return new Promise((done, fail) => {
    const socket = net.connect(Number(port), hostname, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${session}\r\n\r\n`)
      setTimeout(() => {
        socket.destroy()
        done()
      }, patience)
    })
    socket.on('data', () => {})
    socket.on('error', fail)
  })
}

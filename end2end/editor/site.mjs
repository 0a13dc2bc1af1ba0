// The editor by itself: a page of messages as the studio renders them, without the studio. One small server,
// whose content-security policy is stricter than the studio's, builds what it serves from the sources.

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const root = resolve(here, '../..')
const NONCE = 'x'
const POLICY = `default-src 'none'; script-src 'self' 'nonce-${NONCE}'; style-src 'self' 'nonce-${NONCE}'; img-src 'self'; connect-src 'self'; form-action 'self'`

const bundle = async (entry, more) => {
  const { outputFiles } = await build({ entryPoints: [join(root, entry)], bundle: true, minify: true, write: false, logLevel: 'warning', ...more })
  return outputFiles[0].text
}

/** As `tools/site.sh` builds it. */
export const editor = () => bundle('app/src/js/editor/main.mjs', { format: 'esm', target: 'es2022', nodePaths: [join(here, '../node_modules')] })

const escape = (text) => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)

/** A message as the prompt's page renders it. */
function message({ role, text, warnings = [], readonly = false }, at, variables) {
  return `<li class="c-message">
    <div class="c-message-head"><b>${role}</b><span class="c-count">${Math.round(text.length / 4)} tokens</span></div>
    <prompt-editor data-variables="${escape(JSON.stringify(variables))}" data-find="/fn/find_prompts" data-project="0190"><textarea class="c-prompt"
      name="form[contents][]" aria-label="Message ${at + 1}, ${role.toLowerCase()}" rows="3" data-grow="true" ${readonly ? 'readonly' : ''}
      placeholder="Write here." data-warnings="${escape(JSON.stringify(warnings))}">
${escape(text)}</textarea></prompt-editor>
  </li>`
}

/** A page of messages; `bare` leaves the editor's element away. */
export function page(messages, variables = [], { theme = 'light', bare = false } = {}) {
  const items = messages.map((one, at) => message(one, at, variables)).join('')
  const list = bare ? items.replaceAll(/<\/?prompt-editor[^>]*>/g, '') : items
  return `<!DOCTYPE html><html lang="en" data-theme="${theme}"><head><meta charset="utf-8"><title>Editor</title>
    <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="/favicon.svg"><link rel="stylesheet" href="/pkg/atelier.css">
    <script type="module" nonce="${NONCE}" src="/kit.js"></script></head><body>
    <main class="l-pane"><form class="l-pane-body p-editor" action="/save" method="post"><ol class="l-stack">${list}</ol>
    <div class="c-add"><button class="c-btn" id="save">Save</button></div></form></main><output id="said"></output></body></html>`
}

/** Serves pages under the paths that `show` gives them, and answers `/fn/find_prompts` from `prompts`. */
export async function serve(prompts = []) {
  const [script, style] = await Promise.all([editor(), bundle('style/main.css')])
  const site = { pages: new Map(), asked: [], posted: [], blocked: false }
  const send = (response, status, type, body) => response.writeHead(status, { 'content-type': type, 'content-security-policy': POLICY }).end(body)
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://site')
    if (site.pages.has(pathname)) return send(response, 200, 'text/html', site.pages.get(pathname))
    if (pathname === '/pkg/editor.js') return site.blocked ? send(response, 404, 'text/plain', '') : send(response, 200, 'text/javascript', script)
    if (pathname === '/pkg/atelier.css') return send(response, 200, 'text/css', style)
    if (request.method === 'POST') {
      const fields = new URLSearchParams(await text(request))
      if (pathname === '/save') return site.posted.push(fields.getAll('form[contents][]')), send(response, 200, 'text/html', 'Saved')
      const q = fields.get('q')
      site.asked.push({ q, project: fields.get('project'), type: request.headers['content-type'], accept: request.headers.accept })
      return send(response, 200, 'application/json', JSON.stringify(prompts.filter(({ name }) => name.includes(q))))
    }
    const types = { '.js': 'text/javascript', '.svg': 'image/svg+xml' }
    const file = await readFile(join(root, 'public', pathname)).catch(() => null)
    return file ? send(response, 200, types[pathname.match(/\.\w+$/)?.[0]] ?? 'text/plain', file) : send(response, 404, 'text/plain', '')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  site.url = `http://127.0.0.1:${server.address().port}`
  site.show = (path, ...what) => (site.pages.set(path, page(...what)), site.url + path)
  site.close = () => new Promise((done) => (server.close(done), server.closeAllConnections()))
  return site
}

async function text(stream) {
  let all = ''
  for await (const part of stream) all += part
  return all
}

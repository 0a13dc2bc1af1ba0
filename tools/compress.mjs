// Writes a .br and a .gz beside each text or wasm file of a folder: compressed once, at the best setting, served as they are.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const kinds = new Set(['.css', '.html', '.js', '.json', '.svg', '.txt', '.wasm'])
const folder = process.argv[2]
const total = { raw: 0, br: 0 }

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !kinds.has(extname(entry.name))) continue
  const path = join(entry.parentPath ?? entry.path, entry.name)
  const raw = readFileSync(path)
  const mode = entry.name.endsWith('.wasm') ? constants.BROTLI_MODE_GENERIC : constants.BROTLI_MODE_TEXT
  const br = brotliCompressSync(raw, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_MODE]: mode,
      [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
    },
  })
  writeFileSync(`${path}.br`, br)
  writeFileSync(`${path}.gz`, gzipSync(raw, { level: 9 }))
  total.raw += raw.length
  total.br += br.length
}
console.log(`site: ${total.raw.toLocaleString('en')} bytes, ${total.br.toLocaleString('en')} as brotli`)

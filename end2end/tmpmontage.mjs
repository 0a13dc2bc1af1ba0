import { chromium } from 'playwright-core'
const [out, cols, w, ...files] = process.argv.slice(2)
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--allow-file-access-from-files'] })
const p = await b.newPage({ viewport: { width: cols * w + 10 * cols, height: 100 } })
const { writeFileSync } = await import('node:fs')
writeFileSync('/tmp/m.html', `<body style="margin:0;background:#888;display:grid;grid-template-columns:repeat(${cols},${w}px);gap:8px">` + files.map(f => `<img src="file:///tmp/shots/${f}.png" width=${w}>`).join(''))
await p.goto('file:///tmp/m.html'); await p.waitForLoadState('networkidle')
await p.screenshot({ path: out, fullPage: true }); await b.close()

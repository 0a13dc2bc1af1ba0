// Runs the browser journeys, all of them or those that are named: `node end2end/run.mjs keyboard budget`.
// They share one browser and run one after the other: the local model has one thread, and so has a person.

import { readdir } from 'node:fs/promises'

const folder = new URL('journeys/', import.meta.url)
const wanted = process.argv.slice(2)
const files = (await readdir(folder)).filter((file) => file.endsWith('.mjs')).sort()
const named = (file) => wanted.length === 0 || wanted.some((name) => file.includes(name))
const chosen = files.filter(named)
if (chosen.length === 0) throw new Error(`No journey is named ${wanted.join(' or ')}: there are ${files.join(', ')}.`)
for (const file of chosen) await import(new URL(file, folder))

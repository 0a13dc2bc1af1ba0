// The routes, as app.rs has them: a new one fails the journeys until they know how to get there.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { root } from './support.mjs'

const source = readFileSync(join(root, 'app/src/app.rs'), 'utf8')
const segments = (path) => [...path.matchAll(/(Is|Param)\("([^"]*)"\)/g)].map(([, kind, name]) => (kind === 'Param' ? `:${name}` : name))

/** `/p/:project/prompts/:prompt` and so on. */
export const routes = [...source.matchAll(/<Route path=\{(.+?)\} view=/g)].map(([, path]) => `/${segments(path).join('/')}`)

/** Every route with real ids in it. Throws for a parameter that nobody gave. */
export function filled(ids) {
  return routes.map((route) =>
    route.replace(/:(\w+)/g, (_, name) => {
      if (!ids[name]) throw new Error(`end2end/routes.mjs: give ${route} its ${name}`)
      return ids[name]
    }),
  )
}

// The editor by itself, in a browser: `node end2end/editor/check.mjs`. It needs npm's packages and Chromium, no studio.

import './tags.mjs'
import './text.mjs'

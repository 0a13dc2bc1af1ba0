// Prompts that an include may name, asked from the server.

const PAUSE = 100; // ms without a key, after the editor's own

const aborted = (signal) => new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Prompts for what was typed, as `[{ id, name, latest, labels }]`; none where the question came to nothing. */
export async function findPrompts({ dataset: { find, project } }, q, signal) {
  if (!find) return [];
  try {
    await Promise.race([pause(PAUSE), aborted(signal)]);
    const reply = await fetch(find, { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams({ project: project ?? "", q }), signal });
    const found = reply.ok ? await reply.json() : [];
    return Array.isArray(found) ? found : [];
  } catch {
    return []; // A key more, or no network: there is nothing to offer, and writing goes on.
  }
}

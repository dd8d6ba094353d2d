/** One tab of many at a time. */

const PATIENCE_MS = 5000;

/** Does the work while no other tab of this browser does any under this name; where locks are forbidden or one is kept too long, all the same. */
export async function inTurn<Done>(name: string, work: () => Promise<Done>): Promise<Done> {
  let begun = false;
  try {
    return await navigator.locks.request(name, { signal: AbortSignal.timeout(PATIENCE_MS) }, () => {
      begun = true;
      return work();
    });
  } catch (error) {
    if (begun) throw error;
    return work();
  }
}

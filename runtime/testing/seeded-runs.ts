/** Runs at once; they wait most of the time. */
const AT_ONCE = 12;

/**
 * Runs a property for each seed of a range, several at once.
 *
 * @throws Error that names the first seed to fail, with which it can be run alone.
 */
export async function forSeeds(from: number, count: number, property: (seed: number) => Promise<void>): Promise<void> {
  const seeds = Array.from({ length: count }, (_, index) => from + index);
  const work = async (): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      try {
        await property(seed);
      } catch (cause) {
        seeds.length = 0;
        throw new Error(`The property does not hold for seed ${seed}: ${String(cause)}`, { cause });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

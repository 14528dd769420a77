/** A reproducible source of random numbers in [0, 1); the seed is reported with every failure. (mulberry32) */
export function seededRandom(seed = Date.now() % 1_000_000): { random: () => number; seed: number } {
  let state = seed
  return {
    seed,
    random() {
      state = (state + 0x6d2b79f5) | 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
    },
  }
}

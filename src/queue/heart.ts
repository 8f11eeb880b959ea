// Two beats in ten seconds, the last well before the end: a rarer one makes a killed worker's jobs move sooner.
const beatMilliseconds = 4_500;
/** Jobs that are held should be heard of before they are given away. */
const beatAgainMilliseconds = 250;

/** Beats until disposed, one after the other: now and then, and sooner after one that failed. */
export function startHeart(beat: () => Promise<void>, onError: (error: unknown) => void): Disposable {
  let isStopped = false;
  let timer: NodeJS.Timeout;
  const beatIn = (milliseconds: number) => {
    if (!isStopped) timer = setTimeout(beatOnce, milliseconds);
  };
  const beatOnce = async () => {
    try {
      await beat();
      beatIn(beatMilliseconds);
    } catch (error) {
      onError(error);
      beatIn(beatAgainMilliseconds);
    }
  };
  beatIn(beatMilliseconds);
  return {
    [Symbol.dispose]() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

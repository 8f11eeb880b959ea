/** Between one lost connection and the next try. Then the server counts as gone. */
export const retryMilliseconds: readonly number[] = [100, 300, 900, 2_700];

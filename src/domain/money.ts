/** USD as decimal text with six places, as the database keeps it. */
export function multiplyUsd(amountUsd: string | null, times: number): string | null {
  return amountUsd === null ? null : (Number(amountUsd) * times).toFixed(6);
}

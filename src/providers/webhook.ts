/** What came to the address of a webhook. */
export interface WebhookDelivery {
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** How a vendor's webhooks are read. They only make a poll look sooner: nothing in them is taken for true. */
export interface ProviderWebhook {
  /** Whether the vendor has signed it; true for a vendor that signs nothing. Never throws. */
  authenticate(delivery: WebhookDelivery): Promise<boolean>;
  /** The id of the call that it is about, for a call whose id nobody has kept. */
  findRequestId(delivery: WebhookDelivery): string | undefined;
}

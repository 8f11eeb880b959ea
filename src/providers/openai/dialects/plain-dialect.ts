import { type Dialect, toSizeText, withoutNulls } from './dialect.ts';

/** What every server takes that calls itself compatible. */
export const toPlainFields: Dialect = (order) => ({
  prompt: order.prompt,
  ...withoutNulls({
    model: order.model.vendorModel,
    n: order.pictures.length,
    size: toSizeText(order),
    response_format: 'b64_json',
  }),
});

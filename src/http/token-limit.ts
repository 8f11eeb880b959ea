import { parse } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** No document that a person or a client library writes is as long. What is nested without end would exhaust the stack. */
const maxTokens = 2_000;

export const tokenLimit: Plugin = {
  onParse({ setParseFn }) {
    setParseFn((source, options) => parse(source, { ...options, maxTokens }));
  },
};

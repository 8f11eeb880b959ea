import { type ExecutionArgs, NoSchemaIntrospectionCustomRule, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Tells nobody what the schema holds: neither when asked, nor by guessing what somebody may have meant. */
export const noIntrospection: Plugin = {
  onValidate({ addValidationRule, setValidationFn }) {
    addValidationRule(NoSchemaIntrospectionCustomRule);
    setValidationFn((schema, document, rules) => validate(schema, document, rules, { hideSuggestions: true }));
  },
  onExecute: ({ args }) => hideSuggestions(args),
  onSubscribe: ({ args }) => hideSuggestions(args),
};

/** Those in what is said of variables. */
function hideSuggestions(args: object): undefined {
  Object.assign(args, { hideSuggestions: true } satisfies Partial<ExecutionArgs>);
}

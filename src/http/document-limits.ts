import { type DocumentNode, type GraphQLError, type OperationDefinitionNode, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type DocumentMeasure, measureDocument } from './document-measure.ts';
import { createTooComplex } from './too-complex.ts';

type Limits = Readonly<Record<keyof DocumentMeasure, number>>;

const limits: Limits = {
  depth: 12,
  fields: 300,
  rootFields: 20,
  aliases: 30,
  aliasesOfOneField: 10,
  directives: 20,
  directivesAtOnePlace: 3,
};

/** Two mutations in one request are two charges. */
const maxMutations = 5;

const words: Readonly<Record<keyof DocumentMeasure, string>> = {
  depth: 'fields below each other',
  fields: 'fields, with fragments counted wherever they are spread',
  rootFields: 'root fields',
  aliases: 'aliases',
  aliasesOfOneField: 'aliases of one field',
  directives: 'directives',
  directivesAtOnePlace: 'directives at one place',
};

/** Who makes more mistakes than this in one document is told of these. */
const maxErrors = 5;

/**
 * Refuses documents that ask for too much, before any rule whose work grows faster than the document. Names of what there is are
 * not suggested for those that there are not. Yoga keeps what comes of it: a document is looked at once.
 */
export const documentLimits: Plugin = {
  onValidate({ setValidationFn }) {
    setValidationFn((schema, document, rules) => {
      const excesses = findExcesses(document);
      if (excesses.length > 0) return excesses;
      return validate(schema, document, rules, { maxErrors, hideSuggestions: true });
    });
  },
};

function findExcesses(document: DocumentNode): readonly GraphQLError[] {
  return [...measureDocument(document)].flatMap(([operation, measure]) => compare(measure, toLimits(operation)));
}

function toLimits({ operation }: OperationDefinitionNode): Limits {
  return operation === 'mutation' ? { ...limits, rootFields: maxMutations } : limits;
}

function compare(measure: DocumentMeasure, allowed: Limits): readonly GraphQLError[] {
  const names = Object.keys(words) as (keyof DocumentMeasure)[];
  return names
    .filter((name) => measure[name] > allowed[name])
    .map((name) => createTooComplex({ limit: name, what: words[name], asked: measure[name], allowed: allowed[name] }));
}

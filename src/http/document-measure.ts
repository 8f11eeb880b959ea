import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** How much an operation selects, with every fragment counted as often as it is spread. */
export interface DocumentMeasure {
  /** Fields below each other. What is asked of the schema itself does not count: graphql has a rule for it. */
  readonly depth: number;
  readonly fields: number;
  readonly rootFields: number;
  readonly aliases: number;
  /** The most aliases that one field has. */
  readonly aliasesOfOneField: number;
  readonly directives: number;
  /** The most directives that stand at one place. */
  readonly directivesAtOnePlace: number;
}

interface Tally extends Omit<DocumentMeasure, 'aliases' | 'aliasesOfOneField'> {
  /** By the name of the field. */
  readonly aliases: ReadonlyMap<string, number>;
}

const nothing: Tally = {
  depth: 0,
  fields: 0,
  rootFields: 0,
  directives: 0,
  directivesAtOnePlace: 0,
  aliases: new Map(),
};

type Measures = ReadonlyMap<OperationDefinitionNode, DocumentMeasure>;

// Documents are kept for the next request that sends the same.
const measured = new WeakMap<DocumentNode, Measures>();

/** Measures each operation of a document by itself. What spreads itself counts once: validation refuses it. */
export function measureDocument(document: DocumentNode): Measures {
  const measures = measured.get(document) ?? measureEach(document);
  measured.set(document, measures);
  return measures;
}

function measureEach({ definitions }: DocumentNode): Measures {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measure = createMeasure(fragments);
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return new Map(operations.map((operation) => [operation, finish(measure(operation))]));
}

/** Fragments are tallied once, however often they are spread: else thirty of them could stand for a billion fields. */
function createMeasure(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
  const tallies = new Map<string, Tally>();

  const measureSet = (set: SelectionSetNode | undefined): Tally =>
    (set?.selections ?? []).map(measureSelection).reduce(add, nothing);

  const measureSelection = (selection: SelectionNode): Tally => {
    if (selection.kind === Kind.FIELD) return measureField(selection);
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT
        ? measureSet(selection.selectionSet)
        : measureFragment(selection.name.value);
    return add(inner, toDirectives(selection.directives));
  };

  const measureField = (field: FieldNode): Tally => {
    const inner = measureSet(field.selectionSet);
    const own = {
      ...toDirectives(field.directives),
      depth: isIntrospection(field) ? 1 : inner.depth + 1,
      fields: 1,
      rootFields: 1,
      aliases: field.alias === undefined ? nothing.aliases : new Map([[field.name.value, 1]]),
    };
    return add({ ...inner, depth: 0, rootFields: 0 }, own);
  };

  const measureFragment = (name: string): Tally => {
    const known = tallies.get(name);
    if (known !== undefined) return known;
    // Where it spreads itself, this is what is found.
    tallies.set(name, nothing);
    const fragment = fragments.get(name);
    const tally = add(measureSet(fragment?.selectionSet), toDirectives(fragment?.directives));
    tallies.set(name, tally);
    return tally;
  };

  return (operation: OperationDefinitionNode): Tally => {
    const places = [operation, ...(operation.variableDefinitions ?? [])];
    const directives = places.map((place) => toDirectives(place.directives));
    return directives.reduce(add, measureSet(operation.selectionSet));
  };
}

/** By the name of the field: a fragment of this name is a fragment like others. */
function isIntrospection({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type';
}

function toDirectives(directives: readonly DirectiveNode[] = []): Tally {
  return { ...nothing, directives: directives.length, directivesAtOnePlace: directives.length };
}

function add(one: Tally, other: Tally): Tally {
  return {
    depth: Math.max(one.depth, other.depth),
    fields: one.fields + other.fields,
    rootFields: one.rootFields + other.rootFields,
    directives: one.directives + other.directives,
    directivesAtOnePlace: Math.max(one.directivesAtOnePlace, other.directivesAtOnePlace),
    aliases: addAliases(one.aliases, other.aliases),
  };
}

function addAliases(one: Tally['aliases'], other: Tally['aliases']): Tally['aliases'] {
  if (other.size === 0) return one;
  if (one.size === 0) return other;
  const sum = new Map(one);
  for (const [name, count] of other) sum.set(name, (sum.get(name) ?? 0) + count);
  return sum;
}

function finish({ aliases, ...tally }: Tally): DocumentMeasure {
  const counts = [...aliases.values()];
  return {
    ...tally,
    aliases: counts.reduce((sum, count) => sum + count, 0),
    aliasesOfOneField: Math.max(0, ...counts),
  };
}

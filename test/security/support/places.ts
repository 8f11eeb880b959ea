import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'graphql';

/** An argument, or a field of an input, that names something which may be another's. */
export interface Place {
  /** For example `Mutation.generateImage(input.mask.imageId)`. */
  readonly name: string;
  readonly type: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
  readonly path: readonly string[];
}

const maxDepth = 6;
const telling = /^(after|before)$|cursor|key$|prefix|url|link|href|secret|confirm|subject/i;

/** Every place of a schema that takes an id, a cursor, a key or a link. */
export function findPlaces(schema: GraphQLSchema): readonly Place[] {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type));
  return types
    .filter((type) => !type.name.startsWith('__'))
    .flatMap((type) => Object.values(type.getFields()).flatMap((field) => findInField(type, field)));
}

function findInField(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): readonly Place[] {
  const paths = field.args.flatMap((argument) => findPaths(argument));
  return paths.map((path) => ({ name: `${type.name}.${field.name}(${path.join('.')})`, type, field, path }));
}

function findPaths(
  { name, type }: GraphQLArgument | GraphQLInputField,
  above: readonly string[] = [],
): readonly (readonly string[])[] {
  const path = [...above, name];
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    if (path.length >= maxDepth) return [];
    return Object.values(named.getFields()).flatMap((field) => findPaths(field, path));
  }
  const isReference = named.name === 'ID' || (named.name === 'String' && telling.test(name));
  return isReference ? [path] : [];
}

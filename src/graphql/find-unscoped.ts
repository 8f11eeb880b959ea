import { type GraphQLField, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';

/**
 * What says neither which scope it needs nor that it is public: types, and the fields of queries, mutations and
 * subscriptions. Interfaces and unions are left out: who answers is always one of their types.
 */
export function findUnscoped(schema: GraphQLSchema): readonly string[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.name.startsWith('__')) return [];
    if (!roots.includes(type)) return hasScopes(type) ? [] : [type.name];
    const fields = Object.values(type.getFields()).filter((field) => !hasScopes(field));
    return fields.map((field) => `${type.name}.${field.name}`);
  });
}

function hasScopes({ extensions }: GraphQLObjectType | GraphQLField<unknown, unknown>): boolean {
  const { authScopes } = (extensions.pothosOptions ?? {}) as { readonly authScopes?: object };
  return authScopes !== undefined && (typeof authScopes === 'function' || Object.keys(authScopes).length > 0);
}

/** What a root field needs, or that it is for whoever is known. */
export type Need = 'READ' | 'GENERATE' | 'MANAGE' | 'READ or GENERATE' | 'ADMIN' | 'public';

/** Every root field, and what it needs: the scopes in the schema are held against this. */
export const rootFields: Readonly<Record<string, Need>> = {
  'Query.viewer': 'public',
  'Query.node': 'READ',
  'Query.nodes': 'READ',
  'Query.generation': 'READ',
  'Query.generations': 'READ',
  'Query.images': 'READ',
  'Query.models': 'READ or GENERATE',
  'Query.estimate': 'READ',
  'Query.users': 'ADMIN',
  'Query.auditEntries': 'ADMIN',
  'Mutation.generateImage': 'GENERATE',
  'Mutation.enhancePrompt': 'GENERATE',
  'Mutation.uploadImage': 'GENERATE',
  'Mutation.deleteImage': 'GENERATE',
  'Mutation.cancelGeneration': 'GENERATE',
  'Mutation.retryGeneration': 'GENERATE',
  'Mutation.deleteGeneration': 'GENERATE',
  'Mutation.createApiKey': 'MANAGE',
  'Mutation.revokeApiKey': 'MANAGE',
  'Mutation.setApiKeyQuota': 'MANAGE',
  'Mutation.setQuota': 'ADMIN',
  'Mutation.exportMyData': 'MANAGE',
  'Mutation.deleteMyData': 'MANAGE',
  'Subscription.generationProgress': 'READ',
};

/** Types of which everybody who is known may see all. A type that comes to be public has to come to be here. */
export const publicTypes: readonly string[] = [
  'ContentRefused',
  'IdempotencyConflict',
  'InputImageUnusable',
  'InputIssue',
  'InvalidInput',
  'ModelUnavailable',
  'NotFound',
  'NotPossible',
  'PageInfo',
  'QueueFull',
  'QuotaExceeded',
  'UnknownModel',
  'User',
];

const fields = 'id name prefix scopes createdAt lastUsedAt expiresAt revokedAt';

export const createKey = /* GraphQL */ `
  mutation ($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      __typename
      ... on CreateApiKeySuccess { secret apiKey { ${fields} } }
      ... on InvalidInput { message issues { path message } }
    }
  }
`;

export const revokeKey = /* GraphQL */ `
  mutation ($id: ID!) {
    revokeApiKey(id: $id) {
      __typename
      ... on RevokeApiKeySuccess { apiKey { ${fields} } }
      ... on UserError { message }
    }
  }
`;

export const listKeys = `{ viewer { apiKeys { ${fields} } } }`;

/** Asks for pictures, as clients do. */
export const submitDocument = /* GraphQL */ `
  mutation Submit($input: GenerateImageInput!, $waitSeconds: Int! = 0) {
    generateImage(input: $input, waitSeconds: $waitSeconds) {
      __typename
      ... on GenerateImageSuccess { generation { id status } }
      ... on UserError { message }
    }
  }
`;

/** The same with a key, so that it can be asked again. */
export const submitOnceDocument = /* GraphQL */ `
  mutation SubmitOnce($input: GenerateImageInput!, $key: String!) {
    generateImage(input: $input, idempotencyKey: $key) {
      __typename
      ... on GenerateImageSuccess { replayed generation { id status } }
      ... on UserError { message }
    }
  }
`;

export const retryDocument = /* GraphQL */ `
  mutation Retry($id: ID!) {
    retryGeneration(id: $id) {
      __typename
      ... on GenerateImageSuccess { generation { id status retryOf { id } } }
      ... on UserError { message }
    }
  }
`;

/** A request under a key. */
export const generateOnce = /* GraphQL */ `
  mutation GenerateOnce($input: GenerateImageInput!, $key: String, $waitSeconds: Int! = 0) {
    generateImage(input: $input, idempotencyKey: $key, waitSeconds: $waitSeconds) {
      __typename
      ... on GenerateImageSuccess { replayed generation { id status } }
      ... on IdempotencyConflict { conflicting: generation { id } }
      ... on InvalidInput { issues { path message } }
      ... on UserError { message }
    }
  }
`;

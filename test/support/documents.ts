/** The questions that many tests ask. */
export const generate = /* GraphQL */ `
  mutation Generate($input: GenerateImageInput!, $waitSeconds: Int! = 0) {
    generateImage(input: $input, waitSeconds: $waitSeconds) {
      __typename
      ... on GenerateImageSuccess {
        generation { id status options { count width height aspectRatio steps seed style outputFormat }
          warnings { option message } failure { code message retryable stage }
          images { id width height mediaType sizeBytes sha256 seed thumbHash } }
      }
      ... on InvalidInput { message issues { path message } }
      ... on UnknownModel { message available { slug } }
      ... on UserError { message }
    }
  }
`;

export const follow = /* GraphQL */ `
  subscription Follow($id: ID!, $afterSequence: Int) {
    generationProgress(id: $id, afterSequence: $afterSequence) {
      generationId sequence tick at status stage attempt fraction step totalSteps imagesStored message startedAt
      event { sequence type message attempt }
    }
  }
`;

export const cancel = /* GraphQL */ `
  mutation Cancel($id: ID!) {
    cancelGeneration(id: $id) {
      __typename
      ... on CancelGenerationSuccess { generation { id status } }
      ... on UserError { message }
    }
  }
`;

export const retry = /* GraphQL */ `
  mutation Retry($id: ID!, $key: String) {
    retryGeneration(id: $id, idempotencyKey: $key) {
      __typename
      ... on GenerateImageSuccess { replayed generation { id status } }
      ... on IdempotencyConflict { conflicting: generation { id } }
      ... on InvalidInput { issues { path message } }
      ... on InputImageUnusable { path }
      ... on UserError { message }
    }
  }
`;

export const remove = /* GraphQL */ `
  mutation Delete($id: ID!) {
    deleteGeneration(id: $id) {
      __typename
      ... on DeleteGenerationSuccess { deletedGenerationId }
      ... on UserError { message }
    }
  }
`;

export const deleteMyData = /* GraphQL */ `
  mutation ($confirm: String!) {
    deleteMyData(confirm: $confirm) {
      __typename
      ... on DeleteMyDataSuccess { requestedAt }
      ... on InvalidInput { issues { path message } }
    }
  }
`;

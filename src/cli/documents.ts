export const findModels = /* GraphQL */ `
  query FindModels {
    models { slug }
  }
`;

export const generateImage = /* GraphQL */ `
  mutation GenerateImage($input: GenerateImageInput!, $idempotencyKey: String!) {
    generateImage(input: $input, idempotencyKey: $idempotencyKey) {
      __typename
      ... on GenerateImageSuccess { generation { id } }
      ... on UserError { message }
      ... on InvalidInput { issues { path message } }
      ... on UnknownModel { available { slug } }
      ... on InputImageUnusable { path }
    }
  }
`;

export const followProgress = /* GraphQL */ `
  subscription FollowProgress($id: ID!, $afterSequence: Int!) {
    generationProgress(id: $id, afterSequence: $afterSequence) {
      sequence status stage fraction step totalSteps queuePosition imagesStored
    }
  }
`;

export const cancelGeneration = /* GraphQL */ `
  mutation CancelGeneration($id: ID!) {
    cancelGeneration(id: $id) {
      __typename
      ... on UserError { message }
    }
  }
`;

export const readGeneration = /* GraphQL */ `
  query ReadGeneration($id: ID!) {
    generation(id: $id) {
      id status modelSlug
      options { seed }
      warnings { option message }
      failure { code message retryable }
      images { width height mediaType sizeBytes sha256 seed permalink link { href } }
    }
  }
`;

/** What GraphiQL opens with, in the order of a first visit. */
export const graphiqlTabs: readonly { readonly query: string; readonly variables?: string }[] = [
  // Without variables: GraphiQL does not show those of the tab that it opens with.
  {
    query: `# 1. Generate. The next tab's variables
#    want the id of the answer.
mutation Generate {
  generateImage(
    input: {
      prompt: "A serene landscape with mountains at sunset"
      steps: 20
    }
  ) {
    __typename
    ... on GenerateImageSuccess {
      generation {
        id
        status
        warnings {
          option
          message
        }
      }
    }
    ... on UserError {
      message
    }
  }
}
`,
  },
  {
    query: `# 2. Follow a generation to its end, live.
subscription Follow($id: ID!) {
  generationProgress(id: $id) {
    sequence
    tick
    status
    stage
    fraction
    step
    totalSteps
    imagesStored
    generation {
      images {
        link {
          href
        }
      }
    }
  }
}
`,
    variables: `{
  "id": ""
}
`,
  },
  {
    query: `# 3. The history, newest first.
query History {
  generations(first: 10) {
    edges {
      node {
        id
        prompt
        status
        createdAt
        images {
          width
          height
          link(variant: THUMBNAIL) {
            href
          }
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
  },
];

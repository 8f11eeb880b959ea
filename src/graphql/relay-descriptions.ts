/** The words and the scopes of what the relay plugin makes by itself. */
export const relayDescriptions = {
  nodeTypeOptions: { description: 'Something with an id of its own.' },
  idFieldOptions: { description: 'Opaque and global.' },
  nodeQueryOptions: {
    authScopes: { read: true },
    description: 'Null for an unknown id, a malformed id, and an id of someone else.',
    args: { id: { description: 'Of anything that is a `Node`.' } },
  },
  nodesQueryOptions: {
    authScopes: { read: true },
    description: 'In the order of the ids, with null where `node` answers null.',
    args: { ids: { description: 'Of anything that is a `Node`.' } },
  },
  pageInfoTypeOptions: { authScopes: { public: true }, description: 'Where a page stands in its list.' },
  pageInfoFieldOptions: { description: 'Where this page stands.' },
  hasNextPageFieldOptions: { description: 'Whether more follows after `endCursor`.' },
  hasPreviousPageFieldOptions: { description: 'Whether more stands before `startCursor`.' },
  startCursorFieldOptions: { description: 'Of the first edge; null on an empty page.' },
  endCursorFieldOptions: { description: 'Of the last edge; null on an empty page.' },
  cursorFieldOptions: { description: 'Give it back as `after` or `before`.' },
  firstArgOptions: { description: 'How many, from the newest: 1 to 100. Default: 20.' },
  lastArgOptions: { description: 'How many, from the oldest: 1 to 100.' },
  afterArgOptions: { description: 'A cursor: what is older than it.' },
  beforeArgOptions: { description: 'A cursor: what is newer than it.' },
} as const;

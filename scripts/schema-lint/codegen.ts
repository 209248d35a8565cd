// Types for a TypeScript client. Every scalar of ours is named, so that a new one fails here first.
import type { CodegenConfig } from '@graphql-codegen/cli';
export default {
  schema: 'schema.graphql',
  documents: 'ops/**/*.graphql',
  generates: {
    '__generated__/': {
      preset: 'client',
      config: {
        strictScalars: true,
        // Moments and days are texts: RFC 3339 in UTC, and a local day such as 2026-03-09.
        scalars: { DateTime: 'string', Date: 'string', Long: 'number', Upload: 'File' },
      },
    },
  },
} satisfies CodegenConfig;

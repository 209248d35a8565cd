// The rules of ../shared/checks/schema-lint, with what we loosen and why.
import graphqlPlugin from '@graphql-eslint/eslint-plugin';
const stock = graphqlPlugin.configs;
export default [{
  files: ['**/*.graphql'],
  ignores: ['ops/**', 'node_modules/**'],
  languageOptions: {
    parser: graphqlPlugin.parser,
    parserOptions: { graphQLConfig: { schema: process.env.SCHEMA ?? 'schema.graphql' } },
  },
  plugins: { '@graphql-eslint': graphqlPlugin },
  rules: {
    ...stock['flat/schema-recommended'].rules,
    ...stock['flat/schema-relay'].rules,
    // As in the stock configuration: parts of things and payloads have no id of their own.
    '@graphql-eslint/strict-id-in-types': 'off',
    '@graphql-eslint/require-description': ['warn', { types: true, FieldDefinition: true, rootField: true }],
    '@graphql-eslint/no-unreachable-types': 'error',
    '@graphql-eslint/relay-edge-types': ['error', {
      withEdgeSuffix: true,
      // The Relay specification lets a node be any object. Rows of a published timetable, its
      // versions and entries of a list of whom to avoid are parts of a thing: they have cursors,
      // but no id under which they could be asked for again.
      shouldImplementNode: false,
      // The Relay specification says nothing about other lists. Texts, errors and the few parts of
      // a thing (slots, tables, reasons) are plain lists with a limit; a client never pages them.
      listTypeCanWrapOnlyEdgeType: false,
    }],
  },
}];

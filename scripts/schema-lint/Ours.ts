// What a Relay client does with our lists: pages both ways, refetches by id. Only compiled.
declare function graphql(text: TemplateStringsArray): unknown;
export const backwardQuery = graphql`query OursBackwardQuery { ...Ours_backward }`;
export const backward = graphql`
  fragment Ours_backward on Query
    @argumentDefinitions(last: { type: "Int", defaultValue: 10 }, before: { type: "String" })
    @refetchable(queryName: "OursBackwardPagination") {
    needs(last: $last, before: $before) @connection(key: "Ours_needs") { edges { node { id title } } }
  }`;
export const bothWaysQuery = graphql`query OursBothWaysQuery { ...Ours_bothWays }`;
export const bothWays = graphql`
  fragment Ours_bothWays on Query
    @argumentDefinitions(
      first: { type: "Int" }, after: { type: "String" }, last: { type: "Int" }, before: { type: "String" }
    )
    @refetchable(queryName: "OursBothWaysPagination") {
    enterprises(first: $first, after: $after, last: $last, before: $before)
      @connection(key: "Ours_enterprises") { edges { node { id name } } }
  }`;
export const card = graphql`
  fragment Ours_card on Enterprise @refetchable(queryName: "OursCardRefetch") { name suppliers(first: 5) { linksTotal } }`;

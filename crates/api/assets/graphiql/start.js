// Opens GraphiQL on this server. A token, if you have one, goes into the header editor:
// {"Authorization": "Bearer …"}
const welcome = `# 链盟 Lianmeng
#
# Without a token you see what is public. To see more, run
#   lianmeng user token --role coordinator
# and paste {"Authorization": "Bearer …"} into the Headers tab below.

query Welcome {
  committees(first: 5) {
    totalCount
    nodes {
      name
      chain { name }
      alliances { name }
    }
  }
}
`;
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
    defaultQuery: welcome,
    isHeadersEditorEnabled: true,
    shouldPersistHeaders: true,
  }),
);

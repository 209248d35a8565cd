// A real identity provider for the test of signing in; run as `node provider.mjs REDIRECT_URI`.
// Prints its issuer. Whoever comes is signed in without a page, as the person that the last
// GET /become/NAME named; NAME "nobody" refuses. Not for anything but tests.
import http from 'node:http';
import Provider from 'oidc-provider';

const redirectUri = process.argv[2];
let person = 'nobody';
let provider;

async function interact(req, res) {
  const { prompt, params, session } = await provider.interactionDetails(req, res);
  if (person === 'nobody') {
    return provider.interactionFinished(req, res, { error: 'access_denied' });
  }
  if (prompt.name === 'login') {
    return provider.interactionFinished(req, res, { login: { accountId: person } });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(req, res, { consent }, { mergeWithLastSubmission: true });
}

const server = http.createServer((req, res) => {
  if (req.url.startsWith('/become/')) {
    person = decodeURIComponent(req.url.slice('/become/'.length));
    return res.end();
  }
  if (req.url.startsWith('/interaction/')) {
    return interact(req, res).catch((error) => {
      res.statusCode = 500;
      res.end(String(error));
    });
  }
  return provider.callback()(req, res);
});

server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(issuer, {
    clients: [
      { client_id: 'lianmeng', client_secret: 'not a secret', redirect_uris: [redirectUri] },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username'] },
    cookies: { keys: ['tests only'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_ctx, id) => ({
      accountId: id,
      // The stable name differs from the readable one, as it does with real providers.
      claims: () => ({ sub: `sub-${id}`, preferred_username: id }),
    }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
  });
  console.log(`listening on ${issuer}`);
});

// The subjects, in the order of the report.
const names = ['bare-post', 'graph-transport', 'compose-and-post', 'smtp-pool', 'msgraph-transport', 'graph-client'];

export async function loadSubjects() {
  return Promise.all(
    names.map(async (name) => {
      const {
        title,
        server = 'graph',
        mails = ['small', 'large', 'own'],
        peer = false,
      } = await import(`./subjects/${name}.js`);
      return { name, title, server, mails, peer, own: name === 'graph-transport' };
    }),
  );
}

using System.Security.Cryptography.X509Certificates;
using Azure.Core.Pipeline;
using Azure.Identity;
using Microsoft.Graph;
using Microsoft.Graph.Authentication;

/// <summary>Where the application signs in and sends, from the environment, and the clients that it does so with.</summary>
static class Tenant
{
    public static readonly string Id = Read("AZURE_TENANT_ID");
    public static readonly string ClientId = Read("AZURE_CLIENT_ID");
    public static readonly string CertificatePath = Read("AZURE_CLIENT_CERTIFICATE_PATH");
    public static readonly Uri AuthorityHost = new(Read("AZURE_AUTHORITY_HOST"));
    public static readonly Uri GraphHost = new(Read("GRAPH_HOST"));
    public static readonly string Mailbox = Read("MAILBOX");
    public static readonly string[] Scopes = [new Uri(GraphHost, ".default").ToString()];

    public static ClientCertificateCredential Credential() =>
        new(Id, ClientId, CertificatePath, new ClientCertificateCredentialOptions
        {
            AuthorityHost = AuthorityHost,
            // Or it would ask Microsoft whether it may trust this authority.
            DisableInstanceDiscovery = true,
            Transport = new HttpClientTransport(Handler()),
        });

    public static GraphServiceClient Graph()
    {
        // The hosts that get the token; by default these are Graph's own.
        var authentication = new AzureIdentityAuthenticationProvider(
            Credential(), allowedHosts: [GraphHost.Host], isCaeEnabled: true, scopes: Scopes);
        var http = GraphClientFactory.Create(finalHandler: Handler());
        return new GraphServiceClient(http, authentication, new Uri(GraphHost, "v1.0").ToString());
    }

    /// <summary>Trusts the certificate authority in the file that CA names, and no other.</summary>
    public static SocketsHttpHandler Handler()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // The authority publishes no list of revoked certificates.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(Read("CA"));
        return new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } };
    }

    static string Read(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set.");
}

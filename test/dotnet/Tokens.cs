using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Identity;
using Microsoft.Identity.Client;

/// <summary>Tokens by certificate. Each is asked for twice, since a client keeps the one that it has.</summary>
static class Tokens
{
    public static async Task<object> ByAzureIdentity()
    {
        var credential = Tenant.Credential();
        var request = new TokenRequestContext(Tenant.Scopes);
        try
        {
            var first = await credential.GetTokenAsync(request, CancellationToken.None);
            var second = await credential.GetTokenAsync(request, CancellationToken.None);
            return Describe(first.Token, first.ExpiresOn, kept: second.Token == first.Token);
        }
        catch (AuthenticationFailedException error)
        {
            // Its own message tells only which credential failed.
            return new { message = error.InnerException?.Message };
        }
    }

    public static async Task<object> ByMsal()
    {
        var application = ConfidentialClientApplicationBuilder.Create(Tenant.ClientId)
            .WithAuthority(new Uri(Tenant.AuthorityHost, Tenant.Id))
            .WithInstanceDiscovery(false)
            .WithCertificate(X509Certificate2.CreateFromPemFile(Tenant.CertificatePath))
            .WithHttpClientFactory(new Connections())
            .Build();
        try
        {
            var first = await application.AcquireTokenForClient(Tenant.Scopes).ExecuteAsync();
            var second = await application.AcquireTokenForClient(Tenant.Scopes).ExecuteAsync();
            var kept = second.AuthenticationResultMetadata.TokenSource == TokenSource.Cache;
            return Describe(first.AccessToken, first.ExpiresOn, kept);
        }
        catch (MsalServiceException error)
        {
            return new { message = error.Message };
        }
    }

    static object Describe(string token, DateTimeOffset expires, bool kept) =>
        new { token, seconds = (expires - DateTimeOffset.UtcNow).TotalSeconds, kept };

    sealed class Connections : IMsalHttpClientFactory
    {
        readonly HttpClient http = new(Tenant.Handler());

        public HttpClient GetHttpClient() => http;
    }
}

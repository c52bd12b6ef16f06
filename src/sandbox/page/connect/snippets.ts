import type { Connection } from '../api/types.js';
import { double, envLine, shellWord, single } from './quoting.js';

/** A file to paste, which runs as it stands. */
export interface Snippet {
  title: string;
  /** What to know before using it. */
  about: string;
  /** The file to save it as; without one, the text is pasted into a shell. */
  file?: string;
  /** What runs the file. */
  command?: string;
  /** For highlighting, as behind the fence of a Markdown block. */
  language: string;
  text: string;
}

/** What the snippets contain where the sandbox was given no files or no secret. */
export const placeholders = {
  certificatePath: 'certificate.pem',
  caPath: 'ca.pem',
  clientSecret: 'your-client-secret',
} as const;

type SnippetValues = Connection & Required<Pick<Connection, 'certificatePath' | 'caPath' | 'clientSecret'>>;

/** What to paste, for clients of any kind. Files are named, never included: the sandbox hands out its CA, and never a private key. */
export function snippets(connection: Connection): Snippet[] {
  const values = { ...placeholders, ...connection };
  return [
    environment(values),
    withoutOptions,
    withOptions(values),
    graphClient(values),
    curl(values),
    python(values),
    dotnet(values),
    php(values),
    go(values),
  ];
}

function tokenAddress({ authorityHost, tenantId }: Connection): string {
  return `${authorityHost}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
}

function sendAddress({ graphHost, mailbox }: Connection): string {
  return `${graphHost}/v1.0/users/${encodeURIComponent(mailbox)}/sendMail`;
}

function environment(values: SnippetValues): Snippet {
  const variables = {
    AZURE_AUTHORITY_HOST: values.authorityHost,
    GRAPH_MAIL_GRAPH_HOST: values.graphHost,
    AZURE_TENANT_ID: values.tenantId,
    AZURE_CLIENT_ID: values.clientId,
    AZURE_CLIENT_CERTIFICATE_PATH: values.certificatePath,
    GRAPH_MAIL_MAILBOX: values.mailbox,
    GRAPH_MAIL_CA: values.caPath,
  };
  return {
    title: 'graphTransport() by its environment',
    about: 'Variables for graphTransport() without options, and for the commands (--env-file sandbox.env).',
    file: 'sandbox.env',
    language: 'sh',
    text: Object.entries(variables)
      .map(([name, value]) => envLine(name, value))
      .join('\n'),
  };
}

const withoutOptions: Snippet = {
  title: 'A program with these variables',
  about: 'In a project with nodemailer and nodemailer-graph-transport.',
  file: 'send.mjs',
  command: 'node --env-file=sandbox.env send.mjs',
  language: 'js',
  text: `import nodemailer from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';

const transporter = nodemailer.createTransport(graphTransport());
const info = await transporter.sendMail({
  from: process.env.GRAPH_MAIL_MAILBOX,
  to: 'ana@example.com',
  subject: 'Hello from graphTransport()',
  text: 'It works.',
});
console.log(info.response);
transporter.close();`,
};

function withOptions({
  tenantId,
  clientId,
  certificatePath,
  mailbox,
  authorityHost,
  graphHost,
  caPath,
}: SnippetValues): Snippet {
  return {
    title: 'graphTransport() by options',
    about: 'Everything is in the options, so the process needs no environment.',
    file: 'send-by-options.mjs',
    command: 'node send-by-options.mjs',
    language: 'js',
    text: `import { readFileSync } from 'node:fs';
import nodemailer from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';

const transporter = nodemailer.createTransport(
  graphTransport({
    tenantId: ${single(tenantId)},
    clientId: ${single(clientId)},
    certificatePath: ${single(certificatePath)},
    mailbox: ${single(mailbox)},
    cloud: {
      authorityHost: ${single(authorityHost)},
      graphHost: ${single(graphHost)},
      ca: readFileSync(${single(caPath)}, 'utf8'),
    },
  }),
);
const info = await transporter.sendMail({
  from: ${single(mailbox)},
  to: 'ana@example.com',
  subject: 'Hello from options',
  text: 'It works.',
});
console.log(info.response);
transporter.close();`,
  };
}

function graphClient({
  tenantId,
  clientId,
  certificatePath,
  mailbox,
  authorityHost,
  graphHost,
  caPath,
}: SnippetValues): Snippet {
  return {
    title: '@azure/identity with @microsoft/microsoft-graph-client',
    about:
      'In a project with both packages. They trust what Node trusts; PowerShell sets the variable by itself, as $env:NODE_EXTRA_CA_CERTS.',
    file: 'graph-client.mjs',
    command: `NODE_EXTRA_CA_CERTS=${shellWord(caPath)} node graph-client.mjs`,
    language: 'js',
    text: `import { ClientCertificateCredential } from '@azure/identity';
import { Client } from '@microsoft/microsoft-graph-client';

const credential = new ClientCertificateCredential(
  ${single(tenantId)},
  ${single(clientId)},
  ${single(certificatePath)},
  { authorityHost: ${single(authorityHost)}, disableInstanceDiscovery: true },
);
const client = Client.init({
  baseUrl: ${single(`${graphHost}/`)},
  customHosts: new Set([${single(new URL(graphHost).hostname)}]),
  authProvider: (done) =>
    credential.getToken(${single(`${graphHost}/.default`)}).then(
      ({ token }) => done(null, token),
      (error) => done(error, null),
    ),
});
await client.api(${single(`/users/${encodeURIComponent(mailbox)}/sendMail`)}).post({
  message: {
    subject: 'Hello from the Graph client',
    body: { contentType: 'Text', content: 'It works.' },
    toRecipients: [{ emailAddress: { address: 'ana@example.com' } }],
  },
});
console.log('Sent');`,
  };
}

function curl(values: SnippetValues): Snippet {
  const { clientId, clientSecret, mailbox, graphHost, caPath } = values;
  const ca = `--cacert ${shellWord(caPath)}`;
  return {
    title: 'curl',
    about: 'For bash and zsh; on Windows for Git Bash.',
    language: 'sh',
    text: `TOKEN=$(curl -sS ${ca} ${shellWord(tokenAddress(values))} \\
  -d grant_type=client_credentials \\
  --data-urlencode ${shellWord(`client_id=${clientId}`)} \\
  --data-urlencode ${shellWord(`client_secret=${clientSecret}`)} \\
  --data-urlencode ${shellWord(`scope=${graphHost}/.default`)} |
  sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')

printf '%s\\r\\n' ${shellWord(`From: ${mailbox}`)} 'To: ana@example.com' 'Subject: Hello from curl' '' 'It works.' |
  base64 |
  tr -d '\\n' |
  curl -sS -i ${ca} ${shellWord(sendAddress(values))} \\
    -H "Authorization: Bearer $TOKEN" -H 'Content-Type: text/plain' --data-binary @-`,
  };
}

function python(values: SnippetValues): Snippet {
  const { clientId, clientSecret, mailbox, graphHost, caPath } = values;
  return {
    title: 'Python',
    about: 'Python 3.8 or later, with nothing installed.',
    file: 'send.py',
    command: 'python3 send.py',
    language: 'python',
    text: `import base64
import json
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlencode
from urllib.request import Request, urlopen

trust = ssl.create_default_context(cafile=${double(caPath)})

form = {
    "grant_type": "client_credentials",
    "client_id": ${double(clientId)},
    "client_secret": ${double(clientSecret)},
    "scope": ${double(`${graphHost}/.default`)},
}
with urlopen(${double(tokenAddress(values))}, urlencode(form).encode(), context=trust) as answer:
    token = json.load(answer)["access_token"]

message = EmailMessage(policy=SMTP)
message["From"] = ${double(mailbox)}
message["To"] = "ana@example.com"
message["Subject"] = "Hello from Python"
message.set_content("It works.")

request = Request(
    ${double(sendAddress(values))},
    base64.b64encode(message.as_bytes()),
    {"Authorization": f"Bearer {token}", "Content-Type": "text/plain"},
)
with urlopen(request, context=trust) as answer:
    print(answer.status, answer.reason)`,
  };
}

function dotnet(values: SnippetValues): Snippet {
  const { clientId, clientSecret, mailbox, graphHost, caPath } = values;
  return {
    title: '.NET',
    about: '.NET SDK 10, with no package. Azure.Identity and Microsoft.Graph trust the authority by the same policy.',
    file: 'send.cs',
    command: 'dotnet run send.cs',
    language: 'csharp',
    text: `#:property PublishAot=false
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

var trust = new X509ChainPolicy
{
    TrustMode = X509ChainTrustMode.CustomRootTrust,
    // The sandbox publishes no list of revoked certificates.
    RevocationMode = X509RevocationMode.NoCheck,
};
trust.CustomTrustStore.ImportFromPemFile(${double(caPath)});
using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } });

var form = new FormUrlEncodedContent(new Dictionary<string, string>
{
    ["grant_type"] = "client_credentials",
    ["client_id"] = ${double(clientId)},
    ["client_secret"] = ${double(clientSecret)},
    ["scope"] = ${double(`${graphHost}/.default`)},
});
using var signedIn = await http.PostAsync(${double(tokenAddress(values))}, form);
signedIn.EnsureSuccessStatusCode();
using var json = JsonDocument.Parse(await signedIn.Content.ReadAsStringAsync());
var token = json.RootElement.GetProperty("access_token").GetString();
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

var mime = string.Join("\\r\\n",
    ${double(`From: ${mailbox}`)},
    "To: ana@example.com",
    "Subject: Hello from .NET",
    "",
    "It works.");
var body = new StringContent(Convert.ToBase64String(Encoding.UTF8.GetBytes(mime)));
body.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
using var answer = await http.PostAsync(${double(sendAddress(values))}, body);
Console.WriteLine($"{(int)answer.StatusCode} {answer.ReasonPhrase}");
Console.Write(await answer.Content.ReadAsStringAsync());`,
  };
}

function php(values: SnippetValues): Snippet {
  const { clientId, clientSecret, mailbox, graphHost, caPath } = values;
  return {
    title: 'PHP',
    about: 'PHP 8 with its curl extension.',
    file: 'send.php',
    command: 'php send.php',
    language: 'php',
    text: `<?php

function post(string $address, string $body, array $headers = []): array
{
    $request = curl_init($address);
    curl_setopt_array($request, [
        CURLOPT_CAINFO => ${single(caPath)},
        CURLOPT_POSTFIELDS => $body,
        CURLOPT_HTTPHEADER => $headers,
        CURLOPT_RETURNTRANSFER => true,
    ]);
    $answer = curl_exec($request);
    if ($answer === false) {
        throw new RuntimeException(curl_error($request));
    }
    return [curl_getinfo($request, CURLINFO_RESPONSE_CODE), $answer];
}

[, $answer] = post(${single(tokenAddress(values))}, http_build_query([
    'grant_type' => 'client_credentials',
    'client_id' => ${single(clientId)},
    'client_secret' => ${single(clientSecret)},
    'scope' => ${single(`${graphHost}/.default`)},
]));
$token = json_decode($answer, true)['access_token'] ?? throw new RuntimeException($answer);

$mime = implode("\\r\\n", [
    ${single(`From: ${mailbox}`)},
    'To: ana@example.com',
    'Subject: Hello from PHP',
    '',
    'It works.',
]);
[$status, $answer] = post(
    ${single(sendAddress(values))},
    base64_encode($mime),
    ["Authorization: Bearer $token", 'Content-Type: text/plain'],
);
echo "$status $answer\\n";`,
  };
}

function go(values: SnippetValues): Snippet {
  const { clientId, clientSecret, mailbox, graphHost, caPath } = values;
  return {
    title: 'Go',
    about: 'Go 1.18 or later, with nothing but its standard library.',
    file: 'send.go',
    command: 'go run send.go',
    language: 'go',
    text: `package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	trust := x509.NewCertPool()
	trust.AppendCertsFromPEM(must(os.ReadFile(${double(caPath)})))
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust}}}

	answer := must(client.PostForm(${double(tokenAddress(values))}, url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {${double(clientId)}},
		"client_secret": {${double(clientSecret)}},
		"scope":         {${double(`${graphHost}/.default`)}},
	}))
	body := must(io.ReadAll(answer.Body))
	if answer.StatusCode != http.StatusOK {
		log.Fatalf("%s %s", answer.Status, body)
	}
	var signedIn struct {
		Token string \`json:"access_token"\`
	}
	if err := json.Unmarshal(body, &signedIn); err != nil {
		log.Fatal(err)
	}

	mime := strings.Join([]string{
		${double(`From: ${mailbox}`)},
		"To: ana@example.com",
		"Subject: Hello from Go",
		"",
		"It works.",
	}, "\\r\\n")
	encoded := base64.StdEncoding.EncodeToString([]byte(mime))
	request := must(http.NewRequest("POST", ${double(sendAddress(values))}, strings.NewReader(encoded)))
	request.Header.Set("Authorization", "Bearer "+signedIn.Token)
	request.Header.Set("Content-Type", "text/plain")
	answer = must(client.Do(request))
	fmt.Println(answer.Status, string(must(io.ReadAll(answer.Body))))
}`,
  };
}

export interface Address {
  name: string;
  address: string;
}

export interface Summary {
  id: string;
  mailbox: string;
  subject: string;
  from?: Address;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  receivedAt: string;
  size: number;
  messageId: string;
}

export interface Attachment {
  filename?: string;
  contentType: string;
  contentId?: string;
  disposition?: string;
  size: number;
}

export interface Message extends Summary {
  text?: string;
  html: boolean;
  headers: { name: string; value: string }[];
  attachments: Attachment[];
  requestId: string;
  appId: string;
}

export interface Tenant {
  tenantId: string;
  clientId: string;
  mailbox: string;
  authorityHost: string;
  graphHost: string;
}

export function messagePath(id: string, rest = ''): string {
  return `/api/messages/${encodeURIComponent(id)}${rest}`;
}

export async function getJson<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as T;
}

export async function getText(path: string): Promise<string> {
  return (await fetch(path)).text();
}

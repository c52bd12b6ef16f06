// Prints the first mail; nothing is sent.
import { invitation } from './invitation.mjs';

const { subject, html } = await invitation({ name: 'Ana Sousa', evening: '2026-12-01' });
console.log(`Subject: ${subject}\n\n${html}`);

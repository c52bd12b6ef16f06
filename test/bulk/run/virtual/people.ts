/** Rows of recipients, `p1@example.com` and so on. */
export function* people(rows: number): Generator<{ email: string; name: string; note: string }> {
  for (let row = 1; row <= rows; row++) {
    yield { email: `p${row}@example.com`, name: `Person ${row}`, note: 'Thank you for being with us for so long' };
  }
}

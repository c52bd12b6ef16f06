import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnvFile } from '../../../src/cli/common/env-file.js';

const read = (text: string) => readEnvFile(text, '.env');

describe('a .env file', () => {
  it('has settings, comments and empty lines, with line ends of any system', () => {
    const text =
      '\uFEFF# who sends\r\n\r\nAZURE_TENANT_ID=contoso.com\r\n  export A = b # c\r\nEMPTY=\r\nQUOTED="a # b" # c';
    expect(read(text)).toEqual({ AZURE_TENANT_ID: 'contoso.com', A: 'b', EMPTY: '', QUOTED: 'a # b' });
  });

  it('may hold a certificate over several lines, or with \\n in double quotes', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB=\n-----END CERTIFICATE-----\n';
    expect(read(`A='${pem}'\nB="${pem.replaceAll('\n', '\\n')}"\nC=1`)).toEqual({ A: pem, B: pem, C: '1' });
  });

  it.each([
    ['A=1\nnonsense\nB=2', 2, 'is not a setting'],
    ['A=1\n\n2B=3', 3, 'is not a setting'],
    ['A="1\n2"\nB C=3', 3, 'is not a setting'],
    ['A=1\nB="2\nC=3\n', 2, 'that does not end'],
    ['A="1\n2" 3', 1, 'after the quote'],
    ["A='it's'", 1, 'after the quote'],
    ['# c\nPASSWORD=s#cret', 2, 'has a # in its value'],
    ['AZURE_CLIENT_ID=1\nA=2\nA=3\nAZURE_CLIENT_ID=4', 4, 'sets AZURE_CLIENT_ID, as line 1 does'],
    ['AZURE_CLIENT_CERTIFICATE_PATH="C:\\new\\key.pem"', 1, 'a line break in it'],
  ])('is refused when a line cannot be understood: %j', (text, line, problem) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'ECONFIG', hint: expect.any(String) }));
    expect(() => read(text)).toThrow(`.env, line ${line} `);
    expect(() => read(text)).toThrow(problem);
  });

  it('is refused in UTF-16, as Windows PowerShell writes it', () => {
    expect(() => read(Buffer.from('\uFEFFA=1\r\n', 'utf16le').toString('utf8'))).toThrow('.env is not UTF-8 text.');
  });

  it('never has its text in an error, which may be a secret', () => {
    for (const text of ['hunter2', 'A="hunter2', 'A=hunter2#', "A='b' hunter2"]) {
      expect(() => read(text)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }));
    }
  });

  it('whatever is in it is read as Node reads it, or refused', () => {
    // Without comments and tabs, of which Node 20 makes names, and without "export", of which Node 26 does at times.
    const piece = fc.constantFrom('A', 'B', '=', '"', "'", '`', '\n', ' ', '\\n', 'x', '\r\n');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('');
        let values: Record<string, string>;
        try {
          values = read(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ECONFIG' });
          return;
        }
        // After export and two spaces, Node 20 makes a space part of the name.
        const asNode = Object.entries(parseEnv(text)).map(([name, value]) => [name.trim(), value]);
        expect(values).toEqual(Object.fromEntries(asNode));
      }),
      { numRuns: 3_000 },
    );
  });
});

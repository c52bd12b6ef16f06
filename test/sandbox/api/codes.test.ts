import { expect, it } from 'vitest';
import { findCodes } from '../../../src/sandbox/api/codes.js';
import { textOfHtml } from '../../../src/sandbox/mail/text-of-html.js';

const ADDRESS = 'Contoso Ltd, 1200 Main Street, Springfield 62704';

it.each<[text: string, codes: string[]]>([
  ['Your verification code is 482913.', ['482913']],
  ['Your verification code is: 482913', ['482913']],
  ['482913 is your Contoso verification code.', ['482913']],
  ['Use 482913 as your login code', ['482913']],
  ['Use code 4829 to sign in. It expires in 10 minutes.', ['4829']],
  ['Your one-time password is 55120943', ['55120943']],
  ['OTP: 7731. Do not share it with anybody.', ['7731']],
  ['Your PIN is 0042', ['0042']],
  ['Enter this code on the sign-in page:\n\n  482913\n\nIt is valid for 1440 minutes.', ['482913']],
  ['Here is your code. It can be used once.\n\n482 913\n\nThanks, the Contoso team', ['482913']],
  ['Your code: 123-456', ['123-456']],
  ['Your security code is G-482913', ['G-482913']],
  ['Confirmation code\nABC-123\n', ['ABC-123']],
  ['Your passcode: XK7-P2Q', ['XK7-P2Q']],
  ['Your device code is F7QK29LD', ['F7QK29LD']],
  ['Your login code: x7k2p9', ['x7k2p9']],
  ['Your code is 2024.', ['2024']],
  ['Backup codes:\n\n1234-5678\n8765-4321\n', ['1234-5678', '8765-4321']],
  ['Ihr Bestätigungscode lautet 482913.', ['482913']],
  ['Ihr Einmalcode: 4829', ['4829']],
  ['482913 ist Ihr Sicherheitscode für Contoso', ['482913']],
  ['Ihr Einmalpasswort lautet: 83920175', ['83920175']],
  ['Ihre TAN: 104822 für die Überweisung von 1.250,00 EUR', ['104822']],
  ['Bitte geben Sie folgenden Code ein:\n\n482913\n\nEr ist 30 Minuten gültig.', ['482913']],
  ['Il tuo codice di verifica è 482913', ['482913']],
  ['Codice: 4829', ['4829']],
  ['Votre code de vérification est le 482913.', ['482913']],
  ['482913 est votre code de connexion', ['482913']],
  ['Tu código de verificación es 482913', ['482913']],
  ['O seu código de segurança: 4829', ['4829']],
  ['Uw verificatiecode is 482913', ['482913']],
  ['Din kod är 482913', ['482913']],
  ['Din engangskode er 4829', ['4829']],
  ['Twój kod weryfikacyjny to 482913', ['482913']],
  ['Váš ověřovací kód: 482913', ['482913']],
  ['Ваш код подтверждения: 482913', ['482913']],
  ['Doğrulama kodunuz: 482913', ['482913']],
  ['認証コード：482913', ['482913']],
  ['您的验证码是482913，请勿泄露', ['482913']],
  ['인증번호 482913', ['482913']],
  ['Your code: 482913. Order 99887766 was paid with 1999 EUR.', ['482913']],
  ['Order number 99887766\n\nYour code is 482913', ['482913']],
  ['Order 99887766 has been shipped. Use the code in the app.', []],
  ['Your code is ready in the app. Call 5550 1234 for help.', []],
  ['Use promo code SAVE2024 for 20% off', []],
  ['Ihr Rabattcode: SOMMER24', []],
  ['Your zip code 90210 is not served', []],
  ['Code postal 75011 Paris', []],
  ['The request failed with error code 5003', []],
  ['Codice fiscale RSSMRA85', []],
  ['Happy new year 2025!', []],
  ['The code of conduct was changed in 2023.', []],
  ['Your invoice 20240117 of 1250.00 EUR is attached', []],
  ['Call us at +49 30 901820 for your code', []],
  ['The code is sent to (555) 123-4567 by text message', []],
  ['Your code will arrive on 2024-05-17 at 10:45', []],
  ['Enter the code that we have sent you. © 2024 Contoso', []],
  [`Never share your code. ${ADDRESS}`, []],
  ['Meeting in room 4021, bring 1500 copies', []],
  ['See https://example.com/code/482913 for details', []],
  ['Your code review of pull request #48291 is due', []],
  ['Ihre Bestellnummer: 48291375. Den Code finden Sie in der App.', []],
  ['Your verification code was requested from 192.168.1.20', []],
  ['', []],
])('%j has the codes %j', (text, codes) => {
  expect(findCodes('', text)).toEqual(codes);
});

it('looks at the subject as well, and names a code once', () => {
  expect(findCodes('482913 is your code', 'Your code: 482913')).toEqual(['482913']);
  expect(findCodes('Your login code', 'It is 482913.')).toEqual(['482913']);
  expect(findCodes('Your order 48291375', 'Thank you.')).toEqual([]);
});

it('finds the code of an HTML mail that has no text', () => {
  const html =
    '<html><head><title>Code 111111</title><style>.code{width:2000px;color:#123456}</style></head><body><p>Your&nbsp;login code:</p><table><tr><td style="font-size:32px">482913</td></tr></table><p>&copy; 2024 Contoso</p></body></html>';
  expect(findCodes('', textOfHtml(html))).toEqual(['482913']);
});

it('finds the code behind letters whose small ones are longer, and behind any tag', () => {
  const html = `<STYLE>p{}</STYLE><p>${'İ'.repeat(40)}</p><constructor><p>Doğrulama kodunuz: <b>482913</b></p>`;
  expect(textOfHtml(html)).toContain('Doğrulama kodunuz: 482913');
  expect(findCodes('', textOfHtml(html))).toEqual(['482913']);
});

it.each(['code 1234 ', '1234 code'])('takes little time over a subject of %s only', (part) => {
  // Anything worse than linear would outlast the test.
  findCodes(part.repeat(200_000), '');
});

it.each([
  '<style>',
  '<!--',
  '<a ',
  '<p>code 1234 ',
  '1234-',
  'code ',
  '12 ',
  'a@',
  '0123 ',
  'A1-',
  '1',
  'a',
  '1.',
  '+1 ',
  '(55) ',
  'Code: ',
  'a.',
])('takes little time over a text of %s only', (part) => {
  // Anything worse than linear would outlast the test.
  const text = part.repeat(100_000);
  findCodes(text.slice(0, 20_000), textOfHtml(text));
});

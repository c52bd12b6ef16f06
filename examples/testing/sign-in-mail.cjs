// The application under test: it mails a code and a link to sign in with, and tells its user what became of it.
const { randomInt, randomUUID } = require('node:crypto');

exports.sendSignInMail = async (transporter, to) => {
  const code = String(randomInt(100_000, 1_000_000));
  const link = `https://app.example.com/sign-in?token=${randomUUID()}`;
  try {
    await transporter.sendMail({
      from: 'noreply@contoso.example',
      to,
      subject: 'Sign in to Example',
      text: `Your code is ${code}.\n\nOr follow this link: ${link}\n`,
    });
    return 'Look into your inbox.';
  } catch (error) {
    // What may have been sent must not be sent again.
    return error.outcome === 'unknown' ? 'Look into your inbox in a few minutes.' : 'Please try again later.';
  }
};

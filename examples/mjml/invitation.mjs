// A template is any function from a row to a message. This one has MJML make the HTML.
import mjml2html from 'mjml';

/** What stands in a row must not become markup: nothing else escapes it for this function. */
const escapeHtml = (value) => String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The text of the mail is made from its HTML. */
export async function invitation({ name, evening }) {
  if (!name || !evening) throw new Error('name and evening are needed'); // this row is rejected, the others are sent
  const { html } = await mjml2html(`
    <mjml lang="en">
      <mj-head>
        <mj-title>Reading evening</mj-title>
        <mj-preview>Your seat is kept until Friday</mj-preview>
      </mj-head>
      <mj-body background-color="#f4f1ea">
        <mj-section background-color="#ffffff">
          <mj-column>
            <mj-text font-size="20px">Dear ${escapeHtml(name)},</mj-text>
            <mj-text>we read together on ${escapeHtml(evening)}, and a seat is kept for you.</mj-text>
            <mj-button href="https://lantern.example/seat?on=${encodeURIComponent(evening)}">Take the seat</mj-button>
          </mj-column>
        </mj-section>
      </mj-body>
    </mjml>`);
  return { subject: `Reading evening on ${evening}`, html };
}

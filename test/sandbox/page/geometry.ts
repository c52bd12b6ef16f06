/**
 * Runs in the page: what is wrong with where things stand. A page that is wider than its window, texts that lie over each
 * other or over what can be clicked, controls over each other, and what is cut without a way to read the rest (an ellipsis
 * with the whole text in a title, or a box that scrolls and takes the focus).
 */
export const faultsOfLayout = `(async () => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await drawn();
  const wrong = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) wrong.push('the page is ' + root.scrollWidth + ' wide');
  const dialog = document.querySelector('dialog[open]');
  const scope = dialog ?? document.body;
  const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const words = (one) => (one.textContent || one.getAttribute('aria-label') || one.tagName).trim().slice(0, 40);
  const style = (one) => getComputedStyle(one);
  const hiddenAway = (one) => {
    for (let at = one; at; at = at.parentElement) if (style(at).clipPath !== 'none') return true;
    return false;
  };
  const cut = (box, clip) => {
    const left = Math.max(box.left, clip.left);
    const right = Math.min(box.right, clip.right);
    const top = Math.max(box.top, clip.top);
    const bottom = Math.min(box.bottom, clip.bottom);
    return right - left > 1 && bottom - top > 1 ? { left, right, top, bottom } : undefined;
  };
  // What of a box can be seen in the boxes around it that cut or scroll.
  const visible = (box, from) => {
    let rest = cut(box, { left: 0, top: 0, right: innerWidth, bottom: innerHeight });
    for (let one = from; rest && one && one !== root; one = one.parentElement) {
      if (style(one).overflowX !== 'visible' || style(one).overflowY !== 'visible') rest = cut(rest, one.getBoundingClientRect());
    }
    return rest;
  };
  const boxes = [];
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || !seen(element) || hiddenAway(element) || element.closest('option')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      // Lines may touch: a line box is higher than its letters.
      const letters = { left: box.left + 1, right: box.right - 1, top: box.top + box.height * 0.2, bottom: box.bottom - box.height * 0.2 };
      const rest = visible(letters, element);
      if (rest) boxes.push({ ...rest, element, node, text: true, name: node.data.trim().slice(0, 40) });
      // Outside of the window, and of every box that scrolls sideways.
      let scrolls = false;
      for (let one = element; one; one = one.parentElement) scrolls ||= style(one).overflowX !== 'visible';
      if (!scrolls && (box.right > innerWidth + 1 || box.left < -1)) wrong.push('outside: ' + node.data.trim().slice(0, 40));
    }
  }
  const CONTROLS = 'a, button, input, select, summary, [role=option], iframe, [role=meter]';
  for (const element of scope.querySelectorAll(CONTROLS)) {
    if (!seen(element)) continue;
    for (const box of element.getClientRects()) {
      const rest = visible({ left: box.left + 1, right: box.right - 1, top: box.top + 1, bottom: box.bottom - 1 }, element.parentElement);
      if (rest) boxes.push({ ...rest, element, text: false, name: words(element) });
    }
  }
  const within = (one, other) => one.element.contains(other.element) || other.element.contains(one.element);
  // A text in one line with a link: parts of one paragraph.
  boxes.sort((one, other) => one.top - other.top);
  for (const [index, one] of boxes.entries()) {
    for (let at = index + 1; at < boxes.length && boxes[at].top < one.bottom - 1; at += 1) {
      const other = boxes[at];
      if (one.node && one.node === other.node) continue;
      if (one.element === other.element && !(one.text && other.text)) continue;
      if (within(one, other) && !(one.text && other.text)) continue;
      const common = cut(one, other);
      if (common) wrong.push('overlap: ' + one.name + ' | ' + other.name);
    }
  }
  for (const one of scope.querySelectorAll('*')) {
    if (!seen(one) || hiddenAway(one) || one.closest('svg, option') || one.tagName === 'IFRAME') continue;
    const { overflowX, overflowY, textOverflow } = style(one);
    const name = one.tagName.toLowerCase() + '.' + one.className + ' ' + words(one);
    if (one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1 && one.tagName !== 'INPUT') {
      if (overflowX === 'visible') continue;
      if (textOverflow === 'ellipsis') {
        if (!one.closest('[title]')) wrong.push('shortened without a title: ' + name);
      } else if (overflowX === 'hidden' || overflowX === 'clip') wrong.push('cut: ' + name);
      else if (one.tabIndex < 0 && !one.querySelector('button, a')) wrong.push('scrolls, and cannot be focused: ' + name);
    }
    if (overflowY === 'hidden' && one.scrollHeight > one.clientHeight + 1 && one !== root && one !== document.body)
      wrong.push('cut below: ' + name);
  }
  // WCAG 2.2, 2.5.8: links in a text are exempt, and the label of a box is a part of it.
  for (const one of scope.querySelectorAll('button, select, input, summary, nav a, .quiet')) {
    const { width, height } = (one.type === 'checkbox' ? one.parentElement : one).getBoundingClientRect();
    if (seen(one) && (width < 23.5 || height < 23.5)) wrong.push('small: ' + words(one) + ' ' + Math.round(width) + '×' + Math.round(height));
  }
  for (const row of scope.querySelectorAll('[role=option]')) {
    const { top, bottom } = row.getBoundingClientRect();
    for (const part of row.querySelectorAll('*')) {
      const box = part.getBoundingClientRect();
      if (box.height > 0 && (box.top < top - 1 || box.bottom > bottom + 1)) wrong.push('out of its row: ' + words(part));
    }
  }
  return [...new Set(wrong)];
})()`;

/** Runs in the page, after a key was pressed: what takes the focus without a visible sign of it. */
export const unseenFocus = `(() => {
  const scope = document.querySelector('dialog[open]') ?? document.body;
  const wrong = [];
  const drawn = (one) => getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) >= 2;
  const before = document.activeElement;
  for (const one of scope.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')) {
    if (!one.checkVisibility({ visibilityProperty: true })) continue;
    one.focus({ preventScroll: true });
    if (document.activeElement !== one) continue;
    const selected = one.querySelector('[aria-selected=true]');
    if (!drawn(one) && !(selected && drawn(selected))) wrong.push(one.tagName + '.' + one.className + ' ' + one.textContent.slice(0, 30));
  }
  before?.focus?.({ preventScroll: true });
  return wrong;
})()`;

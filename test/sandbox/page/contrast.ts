/**
 * Runs in the page: the visible texts whose contrast with what is behind them is below WCAG 2 AA (4.5, for large text 3).
 * Colours are read by painting them, so that every notation is understood.
 */
export const lowContrasts = `(() => {
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', {
    willReadFrequently: true,
  });
  const painted = (colors) => {
    context.clearRect(0, 0, 1, 1);
    for (const color of colors) {
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const low = [];
  let checked = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const behind = [];
    for (let one = element; one; one = one.parentElement) behind.unshift(getComputedStyle(one).backgroundColor);
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const lights = [painted(['#fff', ...behind]), painted(['#fff', ...behind, color])].map(luminance);
    const contrast = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
    const pixels = parseFloat(fontSize);
    const large = pixels >= 24 || (pixels >= 18.66 && Number(fontWeight) >= 700);
    checked += 1;
    if (contrast < (large ? 3 : 4.5)) low.push(node.data.trim().slice(0, 40) + ': ' + contrast.toFixed(2));
  }
  for (const input of document.querySelectorAll('input[placeholder]')) {
    if (input.placeholder === '' || input.value !== '' || !input.checkVisibility()) continue;
    const behind = [];
    for (let one = input; one; one = one.parentElement) behind.unshift(getComputedStyle(one).backgroundColor);
    const { color } = getComputedStyle(input, '::placeholder');
    const [back, front] = [painted(['#fff', ...behind]), painted(['#fff', ...behind, color])].map(luminance);
    const contrast = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
    if (contrast < 4.5) low.push('placeholder ' + input.placeholder + ': ' + contrast.toFixed(2));
  }
  if (checked === 0) throw new Error('no text was found');
  return low;
})()`;

import path from 'node:path';

/**
 * What is wrong with the imports between folders. A folder is its own files; those of its subfolders are theirs.
 *
 * @param imports of each file, by its path below `src`: the files that it imports, of values and of types
 * @param rules of each folder, the folders that it may import
 * @returns a line for each fault
 */
export function folderFaults(imports, rules) {
  const faults = [];
  const used = new Map([...imports.keys()].map((file) => [folderOf(file), new Set()]));
  for (const [file, targets] of imports) {
    const folder = folderOf(file);
    for (const target of targets) {
      const other = folderOf(target);
      if (other === folder) continue;
      used.get(folder).add(other);
      if (rules[folder] && !rules[folder].includes(other))
        faults.push(`${file} imports ${target}: ${folder} may not import ${other}`);
    }
  }
  for (const folder of used.keys()) if (!rules[folder]) faults.push(`${folder} has no rule`);
  for (const [folder, allowed] of Object.entries(rules)) {
    if (!used.has(folder)) faults.push(`${folder} has a rule and no file`);
    for (const other of allowed)
      if (!used.get(folder)?.has(other)) faults.push(`${folder} may import ${other}, and does not`);
  }
  const circle = circleIn(rules);
  if (circle) faults.push(`folders import one another in a circle: ${circle.join(' → ')}`);
  return faults;
}

const folderOf = (file) => path.posix.dirname(file);

/** The first circle, its first folder once more at the end. */
function circleIn(rules) {
  const done = new Set();
  const walk = (folder, trail) => {
    if (trail.includes(folder)) return [...trail.slice(trail.indexOf(folder)), folder];
    if (done.has(folder)) return undefined;
    for (const other of rules[folder] ?? []) {
      const found = walk(other, [...trail, folder]);
      if (found) return found;
    }
    done.add(folder);
    return undefined;
  };
  for (const folder of Object.keys(rules)) {
    const found = walk(folder, []);
    if (found) return found;
  }
  return undefined;
}

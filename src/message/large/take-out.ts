import type { Leaf, TreeNode } from './leaves.js';

/** Takes a leaf out of its message, with every multipart that has no parts then: the standard knows none without. */
export function takeOut({ node, parents }: Leaf): void {
  const [parent, ...above] = parents;
  if (parent) prune(node, parent, above);
  else node.setContent('');
}

function prune(node: TreeNode, parent: TreeNode, [next, ...above]: TreeNode[]): void {
  node.remove();
  if (next && !parent.childNodes?.length) prune(parent, next, above);
}

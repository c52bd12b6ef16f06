/** What a path leads to. */
type RouteMatch<T> =
  | { kind: 'found'; operation: T; parameters: Record<string, string> }
  | { kind: 'unknown-segment'; segment: string }
  | { kind: 'method-not-allowed'; allowed: string[] }
  | { kind: 'not-emulated' };

interface Node<T> {
  literals: Map<string, Node<T>>;
  parameter: { name: string; node: Node<T> } | undefined;
  operations: Map<string, T>;
}

/** Paths such as `/v1.0/users/{user}/sendMail`; segments match in any letter case, as OData paths do in Graph. */
export class RouteTable<T> {
  readonly #root: Node<T> = emptyNode();

  add(method: string, path: string, operation: T): this {
    let node = this.#root;
    for (const segment of path.split('/').filter(Boolean)) {
      const parameter = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (parameter !== undefined) {
        node.parameter ??= { name: parameter, node: emptyNode() };
        node = node.parameter.node;
      } else {
        const key = segment.toLowerCase();
        const next = node.literals.get(key) ?? emptyNode();
        node.literals.set(key, next);
        node = next;
      }
    }
    node.operations.set(method, operation);
    return this;
  }

  find(method: string, segments: readonly string[]): RouteMatch<T> {
    const parameters: Record<string, string> = {};
    let node = this.#root;
    for (const segment of segments) {
      const literal = node.literals.get(segment.toLowerCase());
      if (literal) {
        node = literal;
      } else if (node.parameter) {
        parameters[node.parameter.name] = segment;
        node = node.parameter.node;
      } else {
        return { kind: 'unknown-segment', segment };
      }
    }
    const operation = node.operations.get(method);
    if (operation !== undefined) return { kind: 'found', operation, parameters };
    if (node.operations.size === 0) return { kind: 'not-emulated' };
    return { kind: 'method-not-allowed', allowed: [...node.operations.keys()] };
  }
}

function emptyNode<T>(): Node<T> {
  return { literals: new Map(), parameter: undefined, operations: new Map() };
}

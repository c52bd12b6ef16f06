// postal-mime's types name two globals as types that @types/node declares as values only.
interface TextEncoder extends InstanceType<typeof import('node:util').TextEncoder> {}
interface TextDecoder extends InstanceType<typeof import('node:util').TextDecoder> {}
